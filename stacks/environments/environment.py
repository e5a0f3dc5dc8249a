"""One environment: an account of its own with everything in it."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field
from pydantic import model_validator as checked

from contracts.partners import PartnerScope
from stacks.environments.data import Backups, Database
from stacks.environments.plug_and_charge import PlugAndCharge
from stacks.environments.programs import Hours, Instances, Program
from stacks.environments.supporting import Supporting
from stacks.environments.table import Table
from stacks.environments.values import (
    Account,
    CompanyName,
    DomainName,
    Email,
    InsideService,
    PartnerName,
    Zone,
    are_authorities,
    is_a_private_network,
    matching,
)


class Domain(Table):
    """The public name of an environment, which has a zone of its own."""

    name: DomainName
    ds_record: (
        Annotated[
            str,
            matching(r"\d{1,5} 13 2 [0-9A-F]{64}", "a DS record: key tag, 13 2, SHA-256 in hex"),
        ]
        | None
    ) = None
    """Tells the world to expect signed answers; known when the zone is signed."""
    station_authorities: Annotated[str, AfterValidator(are_authorities)] | None = None
    """Who issues certificates to stations, PEM; without them no station can be asked for one."""


_Scope = Annotated[PartnerScope, Field(strict=False)]


class Partner(Table):
    """Somebody whose machines call the REST API of charging."""

    company: CompanyName
    """Whose stations, sessions and tokens they deal with: one, never all."""
    scopes: Annotated[tuple[_Scope, ...], Field(min_length=1, strict=False)]
    """What they may do: docs/charging-api.md."""


class Environment(Table):
    """One environment: an account of its own with everything in it."""

    account: Account
    region: Literal["eu-central-1"]
    zones: Annotated[tuple[Zone, ...], Field(min_length=3, max_length=3, strict=False)]
    cidr: Annotated[str, AfterValidator(is_a_private_network)]
    nat_gateways: Annotated[int, Field(ge=1, le=3)]
    """3 keep every zone independent; 1 is cheap, and its zone takes the others' way out with it."""
    origin_key: Annotated[int, Field(ge=1)] = 1
    """Which key CloudFront shows at the public load balancer. One more is another key."""
    interface_endpoints: Annotated[tuple[InsideService, ...], Field(strict=False)] = ()
    """AWS's services that are reached inside the network, each paid by the hour in every zone; the
    others are reached through NAT gateways, but S3 and DynamoDB, which cost nothing inside."""
    protected: bool
    """Stacks refuse to be deleted, and data outlives its stack. True needs a domain."""
    lock_documents: bool
    """Issued documents cannot be replaced or deleted for as long as tax law wants them kept."""
    replicate_documents: bool
    """S3 copies each document to the backup region within minutes; a deletion it does not copy."""
    log_retention_days: Literal[7, 14, 30, 90, 365]
    traced_share: Annotated[float, Field(ge=0, le=1)]
    """Of what stations and people ask for, how much is told of as traces: docs/observability.md."""
    on_call: Email
    """Where alarms go."""
    monthly_budget_usd: Annotated[int, Field(ge=10, le=1_000_000)]
    """Who is on call hears of a month that is going to cost more."""
    instances: Instances | None = None
    """Without them all runs on Fargate."""
    blue_green: bool
    """A new version is started whole beside the old one before it gets requests, and the old one
    stands by until the new one has proven itself. Otherwise tasks are replaced one by one."""
    hours: Hours | None = None
    """Without them it always works."""
    partners: dict[PartnerName, Partner] = Field(default_factory=dict)
    """Whose machines get tokens of their own; each has a secret in Cognito."""
    domain: Domain | None = None
    """Without one there is no certificate: plain HTTP, for an environment on a laptop."""
    database: Database
    backups: Backups
    charging: Program
    billing: Program
    supporting: Supporting = Supporting()
    plug_and_charge: PlugAndCharge = PlugAndCharge()

    @checked(mode="after")
    def _is_consistent(self) -> Self:
        if len(set(self.zones)) != len(self.zones):
            raise ValueError("zones name one zone twice; three different ones are needed")
        if len(set(self.interface_endpoints)) != len(self.interface_endpoints):
            raise ValueError("interface_endpoints name one service twice")
        if self.protected and self.domain is None:
            raise ValueError("a protected environment needs a domain: nothing there goes in clear")
        if self.instances is None and "instances" in (self.charging.runs_on, self.billing.runs_on):
            raise ValueError("a service runs on instances, and there is no table of them")
        if self.supporting.grafana and self.domain is None:
            raise ValueError("supporting.grafana needs a domain: people sign in to it")
        metrics = self.supporting.metrics
        if self.hours and metrics and metrics.kept_days > 1:
            raise ValueError(
                "with hours supporting.metrics keeps 1 day: its volume goes each evening"
            )
        return self
