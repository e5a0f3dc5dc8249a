"""What machines of partners may do, and whose data they do it with.

A machine signs in as itself (OAuth 2.0 client credentials, RFC 6749, section 4.4): its access token
names no person and no company, but scopes, which no person has.
"""

from collections.abc import Mapping
from enum import StrEnum

RESOURCE_SERVER = "partners"
"""Of the user pool: a token has the scope ``partners/stations.read``."""


class PartnerScope(StrEnum):
    """What one of them lets a machine do."""

    STATIONS_READ = "stations.read"
    SESSIONS_READ = "sessions.read"
    SESSIONS_CONTROL = "sessions.control"
    TOKENS_WRITE = "tokens.write"


MEANINGS = {
    PartnerScope.STATIONS_READ: "Where stations are, and whether they are free",
    PartnerScope.SESSIONS_READ: "Sessions of the partner's company",
    PartnerScope.SESSIONS_CONTROL: "Start and stop sessions, and say what they want",
    PartnerScope.TOKENS_WRITE: "Read, enter and block the company's tokens",
}
"""As people read it who give them."""


def scopes_of(claim: str) -> frozenset[PartnerScope]:
    """Those in an access token's ``scope``; what others mean by it counts for nothing."""
    known = {f"{RESOURCE_SERVER}/{scope}": scope for scope in PartnerScope}
    return frozenset(known[name] for name in claim.split() if name in known)


def clients_told(companies: Mapping[str, str]) -> str:
    """App clients and the company of each, as a program's setting has them."""
    return ",".join(f"{client_id}={company}" for client_id, company in companies.items())


def clients_read(told: str) -> dict[str, str]:
    """Companies by the ids of app clients; `ValueError` for what `clients_told` never says."""
    companies: dict[str, str] = {}
    for one in filter(None, told.split(",")):
        client_id, separator, company = one.partition("=")
        if not (client_id and separator and company) or client_id in companies:
            raise ValueError(f"partner_clients: {one!r} names no client and its company")
        companies[client_id] = company
    return companies
