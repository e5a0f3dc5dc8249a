"""The PDF of an invoice, set by typst from ``invoice.typ``."""

from pathlib import Path

import typst

from services.billing.application.ports import DocumentError

TEMPLATE = Path(__file__).with_name("invoice.typ")


class TypstInvoiceLayout:
    """The `InvoiceLayout` port: PDF/A-3b, with typst's own fonts and no clock."""

    def pdf(self, content: bytes) -> bytes:
        """The same content gives the same bytes."""
        try:
            return typst.compile(
                TEMPLATE,
                sys_inputs={"invoice": content.decode()},
                ignore_system_fonts=True,
                pdf_standards=["a-3b"],
            )
        except typst.TypstError as error:
            raise DocumentError(f"invoice.typ: {error.diagnostic}") from error
