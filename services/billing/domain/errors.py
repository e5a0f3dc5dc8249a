"""What billing refuses, with a code for programs and a status for the entry point."""

from http import HTTPStatus


class BillingError(Exception):
    """A request that cannot be done as it stands; the message says why, for people."""

    code: str
    status: HTTPStatus


class ContractNotFoundError(BillingError):
    """No such contract."""

    code = "contract-not-found"
    status = HTTPStatus.NOT_FOUND


class InvoiceNotFoundError(BillingError):
    """No such invoice."""

    code = "invoice-not-found"
    status = HTTPStatus.NOT_FOUND


class TokenTakenError(BillingError):
    """Another contract has this token at the same time."""

    code = "token-taken"
    status = HTTPStatus.CONFLICT


class ClosedMonthError(BillingError):
    """The change would alter what an issued invoice rests on."""

    code = "closed-month"
    status = HTTPStatus.CONFLICT


class PeriodNotOverError(BillingError):
    """A month is closed only when it is over in the contract's time zone."""

    code = "period-not-over"
    status = HTTPStatus.CONFLICT


class NothingToInvoiceError(BillingError):
    """The month has neither a fee nor a session of the contract; it stays open."""

    code = "nothing-to-invoice"
    status = HTTPStatus.CONFLICT
