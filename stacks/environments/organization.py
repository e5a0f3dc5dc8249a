"""The company, and what holds its accounts together."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field
from pydantic import model_validator as checked

from stacks.environments.table import Table
from stacks.environments.values import (
    Account,
    DomainName,
    Email,
    Line,
    has_valid_check_digits,
    matching,
)


class Company(Table):
    """Who issues the invoices."""

    name: Line
    street: Line
    postal_code: Annotated[str, matching(r"[A-Z0-9 -]{3,10}", "a postal code")]
    city: Line
    country: Annotated[str, matching(r"[A-Z]{2}", "a country of ISO 3166-1, such as DE")]
    vat_id: Annotated[str, matching(r"[A-Z]{2}[A-Z0-9]{2,12}", "a VAT id, such as DE123456789")]
    iban: Annotated[
        str,
        matching(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", "an IBAN without spaces"),
        AfterValidator(has_valid_check_digits),
    ]


class Accounts(Table):
    """Accounts of the organisation that are no environment."""

    management: Account
    security: Account
    log: Account
    networking: Account
    backup: Account


class SingleSignOn(Table):
    """IAM Identity Center, which only the console can switch on for an organisation."""

    instance: Annotated[
        str,
        matching(
            r"arn:aws:sso:::instance/ssoins-[0-9a-f]{16}", "an instance (arn:aws:sso:::instance/…)"
        ),
    ]
    identity_store: Annotated[str, matching(r"d-[0-9a-f]{10}", "an identity store (d-…)")]


class Organization(Table):
    """What holds the accounts together."""

    id: Annotated[str, matching(r"o-[a-z0-9]{10,32}", "an organisation (o-…)")] | None = None
    """Without it and `root` a deployment creates the organisation, and nothing but accounts."""
    root: Annotated[str, matching(r"r-[0-9a-z]{4,32}", "an organisation's root (r-…)")] | None = (
        None
    )
    account_email: Annotated[
        Email, matching(r"[^{}]*\{account\}[^{}]*", "an address with {account}")
    ]
    """The owner's address of an account; each needs its own, so it holds the account's name."""
    domain: DomainName
    """The company's; each environment's is a part of it."""
    on_call: Email
    """Where the alarms of the accounts that are no environment go."""
    runbooks: Annotated[
        str, matching(r"https://[^\s]+[^/\s]", "an address (https://…) without / at its end")
    ]
    """Where people on call read ``docs/runbooks/``: every alarm ends with a page of it."""
    backup_region: Literal["eu-west-1", "eu-west-3", "eu-north-1"]
    """Where copies of backups are kept."""
    monthly_budget_usd: Annotated[int, Field(ge=1)]
    """Of all accounts together; people hear before it is spent."""
    single_sign_on: SingleSignOn | None = None

    @checked(mode="after")
    def _is_known_or_not(self) -> Self:
        if (self.id is None) != (self.root is None):
            raise ValueError("id and root come together: both of an organisation, or neither")
        return self
