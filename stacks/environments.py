"""The model of ``environments.toml``: what an environment may be, and what it may not.

Reading it is pure: no look-up, no network. A wrong file raises `EnvironmentsError`, one line for
each fault: its path in the file, what is wrong with it, and what is allowed.
"""

import ipaddress
import tomllib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic import model_validator as checked
from pydantic_core import ErrorDetails

from stacks.setting_values import (
    Account,
    CapacityUnits,
    DomainName,
    Email,
    KeptDays,
    Line,
    PartnerName,
    TimeOfDay,
    Zone,
    has_valid_check_digits,
    is_a_private_network,
    matching,
)

DEFAULT_FILE = Path(__file__).parent.parent / "environments.toml"
ORGANIZATION = "organization"
HOME_REGION = "eu-central-1"
"""Where everything stands but what the edge asks for, and copies."""
EDGE_REGION = "us-east-1"
"""CloudFront and Route 53 take certificates, firewalls and keys from here, wherever we are."""


class EnvironmentsError(ValueError):
    """The file is not what the model asks for; one line for each fault."""


WORKING_ZONE = "Europe/Berlin"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Company(_Table):
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


class Accounts(_Table):
    """Accounts of the organisation that are no environment."""

    management: Account
    security: Account
    log: Account
    networking: Account
    backup: Account


class SingleSignOn(_Table):
    """IAM Identity Center, which only the console can switch on for an organisation."""

    instance: Annotated[
        str,
        matching(
            r"arn:aws:sso:::instance/ssoins-[0-9a-f]{16}", "an instance (arn:aws:sso:::instance/…)"
        ),
    ]
    identity_store: Annotated[str, matching(r"d-[0-9a-f]{10}", "an identity store (d-…)")]


class Organization(_Table):
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


class Domain(_Table):
    """The public name of an environment. Certificates are validated in its zone."""

    name: DomainName
    hosted_zone_id: Annotated[str, matching(r"Z[A-Z0-9]{5,31}", "a Route 53 hosted zone id (Z…)")]
    name_servers: Annotated[tuple[DomainName, ...], Field(min_length=4, max_length=4, strict=False)]
    """The zone's; the company's domain delegates the name to them."""
    ds_record: (
        Annotated[
            str,
            matching(r"\d{1,5} 13 2 [0-9A-F]{64}", "a DS record: key tag, 13 2, SHA-256 in hex"),
        ]
        | None
    ) = None
    """Tells the world to expect signed answers; known when the zone is signed."""


class Database(_Table):
    """Size and backups of the Aurora cluster."""

    minimum_capacity: CapacityUnits
    """0 lets an idle cluster pause: it costs nothing then, and takes 15 seconds to wake."""
    maximum_capacity: Annotated[CapacityUnits, Field(ge=1)]
    readers: Annotated[int, Field(ge=0, le=15)]
    """More than 0 lets the cluster survive the loss of a zone within a minute."""
    backup_days: Annotated[int, Field(ge=1, le=35)]

    @checked(mode="after")
    def _minimum_fits(self) -> Self:
        if self.minimum_capacity > self.maximum_capacity:
            raise ValueError("minimum_capacity is above maximum_capacity")
        return self


class Backups(_Table):
    """What AWS Backup keeps of the environment's data, apart from where the data is."""

    daily_days: KeptDays
    """How long each night's backup stays in the environment."""
    monthly_days: KeptDays | None = None
    """How long that of a month's first night stays; without it there is none."""
    copy_days: KeptDays | None = None
    """How long copies of each night's stay in the backup account, in both regions, where a
    month's stay for `monthly_days`; without it nothing is copied."""
    tested: bool
    """Once a week the latest backup of each store is restored, to see that it can be."""

    @checked(mode="after")
    def _months_outlast_nights(self) -> Self:
        if self.monthly_days is not None and self.monthly_days <= self.daily_days:
            raise ValueError("monthly_days is not above daily_days: leave it out")
        return self


FARGATE_MEMORY = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4097, 1024)),
    1024: tuple(range(2048, 8193, 1024)),
    2048: tuple(range(4096, 16385, 1024)),
    4096: tuple(range(8192, 30721, 1024)),
}
"""The sizes in MiB that Fargate offers for a number of CPU units."""


class Instances(_Table):
    """Machines of our own in the cluster, for the services that run on them."""

    type: Literal["m7g.large", "m7g.xlarge", "m7g.2xlarge"]
    """Graviton. A task takes a network interface: these have 3, 4 and 4, one of them their own."""
    maximum: Annotated[int, Field(ge=3, le=50)]
    """As many run as the tasks need, none without any."""


class Program(_Table):
    """Size and number of a service's tasks, and what they run on."""

    cpu: Literal[256, 512, 1024, 2048, 4096]
    """Units; 1024 are one virtual CPU."""
    memory: Annotated[int, Field(ge=512, le=30720)]
    """MiB."""
    minimum_tasks: Annotated[int, Field(ge=1, le=100)]
    maximum_tasks: Annotated[int, Field(ge=1, le=100)]
    runs_on: Literal["fargate", "instances"] = "fargate"

    @checked(mode="after")
    def _fits(self) -> Self:
        allowed = FARGATE_MEMORY[self.cpu]
        if self.memory not in allowed:
            offered = ", ".join(map(str, allowed))
            raise ValueError(f"memory {self.memory} does not go with cpu {self.cpu}: {offered} do")
        if self.minimum_tasks > self.maximum_tasks:
            raise ValueError("minimum_tasks is above maximum_tasks")
        return self


class Hours(_Table):
    """When an environment works, in `WORKING_ZONE`; at other times its services are stopped."""

    days: Literal["MON-FRI", "MON-SAT", "SUN-SAT"]
    start: TimeOfDay
    end: TimeOfDay

    @checked(mode="after")
    def _is_a_day(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"start {self.start} is not before end {self.end}")
        return self


class Environment(_Table):
    """One environment: an account of its own with everything in it."""

    account: Account
    region: Literal["eu-central-1"]
    zones: Annotated[tuple[Zone, ...], Field(min_length=3, max_length=3, strict=False)]
    cidr: Annotated[str, AfterValidator(is_a_private_network)]
    nat_gateways: Annotated[int, Field(ge=1, le=3)]
    """3 keep every zone independent; 1 is cheap, and its zone takes the others' way out with it."""
    protected: bool
    """Stacks refuse to be deleted, and data outlives its stack. True needs a domain."""
    lock_documents: bool
    """Issued documents cannot be replaced or deleted for as long as tax law wants them kept."""
    replicate_documents: bool
    """S3 copies each document to the backup region within minutes; a deletion it does not copy."""
    log_retention_days: Literal[7, 14, 30, 90, 365]
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
    partners: Annotated[tuple[PartnerName, ...], Field(strict=False)]
    """Companies whose machines get tokens of their own; each has a secret in Cognito."""
    domain: Domain | None = None
    """Without one there is no certificate: plain HTTP, for an environment on a laptop."""
    database: Database
    backups: Backups
    charging: Program
    billing: Program

    @checked(mode="after")
    def _is_consistent(self) -> Self:
        if len(set(self.zones)) != len(self.zones):
            raise ValueError("zones name one zone twice; three different ones are needed")
        if self.protected and self.domain is None:
            raise ValueError("a protected environment needs a domain: nothing there goes in clear")
        if self.instances is None and "instances" in (self.charging.runs_on, self.billing.runs_on):
            raise ValueError("a service runs on instances, and there is no table of them")
        return self


class _Environments(_Table):
    live: Environment
    qa: Environment
    dev: Environment
    playground: Environment


class Fleet(_Table):
    """The whole file."""

    company: Company
    organization: Organization
    accounts: Accounts
    environments: _Environments

    def named(self) -> dict[str, Environment]:
        """The environments by name."""
        return {name: getattr(self.environments, name) for name in _Environments.model_fields}

    def regions(self) -> tuple[str, ...]:
        """Where anything stands: home, what CloudFront asks for, and copies."""
        return (HOME_REGION, EDGE_REGION, self.organization.backup_region)

    def stages(self) -> tuple[str, ...]:
        """What can be deployed: each environment, and the organisation that they are part of."""
        return (*self.named(), ORGANIZATION)


def read(file: Path = DEFAULT_FILE) -> Fleet:
    """Read and check the file; raises `EnvironmentsError`."""
    try:
        return parse(file.read_text(encoding="utf-8"))
    except EnvironmentsError as error:
        raise EnvironmentsError(f"{file.name} is refused:\n{error}") from error


def parse(text: str) -> Fleet:
    """Check the text of the file; raises `EnvironmentsError`."""
    try:
        fleet = Fleet.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise EnvironmentsError(f"not TOML: {error}") from error
    except ValidationError as error:
        raise EnvironmentsError("\n".join(map(_refusal, error.errors()))) from error
    if clashes := list(_clashes(fleet)):
        raise EnvironmentsError("\n".join(clashes))
    return fleet


def _clashes(fleet: Fleet) -> Iterator[str]:
    """What no table can see on its own: two that are one, or a name outside of the company's."""
    environments = fleet.named()
    ours = f".{fleet.organization.domain}"
    for name, environment in environments.items():
        part = environment.domain.name if environment.domain else ours
        if not part.endswith(ours):
            yield f"environments.{name}.domain.name: '{part}' does not end with {ours}"
    owners: dict[str, str] = {}
    accounts = {f"accounts.{name}": number for name, number in fleet.accounts}
    accounts |= {f"environments.{name}.account": e.account for name, e in environments.items()}
    for path, number in accounts.items():
        if number in owners:
            yield f"{path}: '{number}' is {owners[number]} already; each needs its own"
        owners.setdefault(number, path)
    for (one, first), (other, second) in combinations(environments.items(), 2):
        if ipaddress.IPv4Network(first.cidr).overlaps(ipaddress.IPv4Network(second.cidr)):
            yield f"environments.{other}.cidr: {second.cidr} overlaps environments.{one}.cidr"


def _refusal(error: ErrorDetails) -> str:
    path = ".".join(map(str, error["loc"])) or "the file"
    match error["type"]:
        case "extra_forbidden":
            allowed = ", ".join(_table_at(error["loc"][:-1]).model_fields)
            return f"{path}: no such key; allowed here: {allowed}"
        case "missing":
            return f"{path}: is missing"
        case "value_error":
            return f"{path}: {error['ctx']['error']}"
        case _:
            return f"{path}: {error['msg'][0].lower()}{error['msg'][1:]}, not {error['input']!r}"


def _table_at(path: tuple[int | str, ...]) -> type[BaseModel]:
    table: type[BaseModel] = Fleet
    for key in path:
        annotation = table.model_fields[str(key)].annotation
        kinds = [kind for kind in get_args(annotation) or (annotation,) if isinstance(kind, type)]
        table = next(kind for kind in kinds if issubclass(kind, BaseModel))
    return table
