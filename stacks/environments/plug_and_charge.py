"""Whom an environment asks for the certificates of vehicles (ISO 15118)."""

from typing import Annotated, Self

from cryptography import x509
from pydantic import AfterValidator, Field
from pydantic import model_validator as checked

from stacks.environments.table import Table
from stacks.environments.values import DomainName, HttpsAddress, SecretArn, are_authorities


class PlugAndCharge(Table):
    """Services of others; without them a station's request for them fails."""

    ocsp_hosts: Annotated[tuple[DomainName, ...], Field(max_length=20, strict=False)] = ()
    """OCSP responders that may be asked for stations, at the usual ports."""
    contract_authorities: Annotated[str, AfterValidator(are_authorities)] | None = None
    """Who issues the contracts of vehicles that may charge, PEM: roots, and those under them."""
    contract_certificates_url: HttpsAddress | None = None
    """Of the service that issues the certificates of vehicles' contracts."""
    contract_certificates_token_arn: SecretArn | None = None
    """Of a secret with the token that this service takes, made by people with our key."""

    @checked(mode="after")
    def _each_has_what_it_needs(self) -> Self:
        if self.contract_certificates_token_arn and self.contract_certificates_url is None:
            raise ValueError("contract_certificates_token_arn is of no use without the service")
        if self.contract_authorities and not self.ocsp_hosts:
            raise ValueError("contract_authorities are of no use without ocsp_hosts")
        if self.contract_authorities and not _has_a_root(self.contract_authorities):
            raise ValueError("contract_authorities has no root: one that is its own issuer")
        return self


def _has_a_root(bundle: str) -> bool:
    found = x509.load_pem_x509_certificates(bundle.encode())
    return any(one.issuer == one.subject for one in found)
