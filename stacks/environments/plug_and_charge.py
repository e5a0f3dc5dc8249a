"""Whom an environment asks for the certificates of vehicles (ISO 15118)."""

from typing import Annotated, Self

from pydantic import Field
from pydantic import model_validator as checked

from stacks.environments.table import Table
from stacks.environments.values import DomainName, HttpsAddress, SecretArn


class PlugAndCharge(Table):
    """Services of others; without them a station's request for them fails."""

    ocsp_hosts: Annotated[tuple[DomainName, ...], Field(max_length=20, strict=False)] = ()
    """OCSP responders that may be asked for stations, at the usual ports."""
    contract_certificates_url: HttpsAddress | None = None
    """Of the service that issues the certificates of vehicles' contracts."""
    contract_certificates_token_arn: SecretArn | None = None
    """Of a secret with the token that this service takes, made by people with our key."""

    @checked(mode="after")
    def _a_token_is_for_somebody(self) -> Self:
        if self.contract_certificates_token_arn and self.contract_certificates_url is None:
            raise ValueError("contract_certificates_token_arn is of no use without the service")
        return self
