"""Who may sign in: the groups of the Cognito user pool, as they stand in ``cognito:groups``."""

from collections.abc import Iterable
from enum import StrEnum


class Persona(StrEnum):
    """One group each; a person may be in several."""

    ADMINISTRATOR = "administrator"
    """All of one environment's programs."""
    OPERATOR = "operator"
    """Stations, sites, tokens and sessions."""
    ACCOUNTANT = "accountant"
    """Contracts, records and invoices."""
    DRIVER = "driver"
    """Own sessions and invoices."""
    PARTNER = "partner"
    DEALER = "dealer"
    CUSTOMER = "customer"


COMPANY_GROUP = "company:"
"""The prefix of a company's group: whoever is in ``company:nordwind`` belongs to ``nordwind``."""
OWN_COMPANY = "fleetcharge"
"""Of whoever is in no company's group: the company that runs the environment."""


class SeveralCompaniesError(Exception):
    """Whoever is in two companies could mix up their data; names them."""


def company_of(groups: Iterable[str]) -> str:
    """The company of a person in these groups; raises `SeveralCompaniesError`."""
    companies = [
        group.removeprefix(COMPANY_GROUP) for group in groups if group.startswith(COMPANY_GROUP)
    ]
    if len(companies) > 1:
        raise SeveralCompaniesError(f"in the groups of several companies: {sorted(companies)}")
    return companies[0] if companies else OWN_COMPANY
