"""How contracts and invoices are written as JSON: in the database, in documents, in answers."""

from pydantic import TypeAdapter

from services.billing.domain.contract import Contract
from services.billing.domain.invoice import Invoice

CONTRACT: TypeAdapter[Contract] = TypeAdapter(Contract)
INVOICE: TypeAdapter[Invoice] = TypeAdapter(Invoice)
