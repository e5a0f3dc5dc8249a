"""Settings: how a deployed program learns what it was deployed with.

One frozen class for each program. The stack that deploys a program builds the environment with
the class, the program reads it back with the same class, and nothing else reads ``os.environ``.
A field ``database_host`` is the environment variable ``DATABASE_HOST``.

A field of type `Secret` never stands in a template: the stack names where the secret is kept and
the platform resolves it when the program starts.
"""

import types
import typing
from collections.abc import Mapping
from typing import Annotated, Self

import msgspec

Secret = Annotated[str, msgspec.Meta(extra={"secret": True})]
"""A value that only Secrets Manager and the running program know."""

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Days = Annotated[int, msgspec.Meta(ge=1)]


class SettingsError(ValueError):
    """The environment of a program is not what its settings class asks for; names each variable."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The base of all settings classes. Fields are ``str``, ``int``, `Port`, `Share`
    or `Secret`."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read and check every field; variables that no field names are left alone."""
        values: dict[str, str] = {}
        missing: list[str] = []
        for field in msgspec.structs.fields(cls):
            variable = field.name.upper()
            if variable in environment:
                values[field.name] = environment[variable]
            elif field.required:
                missing.append(variable)
        if missing:
            raise SettingsError(f"{cls.__name__}: not set: {', '.join(missing)}")
        try:
            return msgspec.convert(values, cls, strict=False)
        except msgspec.ValidationError as error:
            raise SettingsError(f"{cls.__name__}: {error}") from error

    @classmethod
    def plain_variables(cls) -> tuple[str, ...]:
        """The variables whose values stand in the template, in the order of the fields."""
        return tuple(name for name, secret in cls._variables() if not secret)

    @classmethod
    def secret_variables(cls) -> tuple[str, ...]:
        """The variables that the platform resolves from Secrets Manager at the start."""
        return tuple(name for name, secret in cls._variables() if secret)

    @classmethod
    def required_variables(cls) -> frozenset[str]:
        """The variables without which the program does not start."""
        fields = msgspec.structs.fields(cls)
        return frozenset(field.name.upper() for field in fields if field.required)

    @classmethod
    def _variables(cls) -> list[tuple[str, bool]]:
        hints = typing.get_type_hints(cls, include_extras=True)
        return [
            (field.name.upper(), _is_secret(hints[field.name]))
            for field in msgspec.structs.fields(cls)
        ]


def _is_secret(hint: object) -> bool:
    arguments: tuple[object, ...] = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        return any(_is_secret(argument) for argument in arguments)
    return any(
        isinstance(meta, msgspec.Meta) and bool((meta.extra or {}).get("secret"))
        for meta in arguments[1:]
    )


class ChargingSettings(Settings, frozen=True, kw_only=True):
    """The charging program: OCPP gateway and REST API, in one process."""

    environment: str
    """Name of the environment: ``live``, ``qa``, ``dev``, ``playground`` or a sandbox's."""
    database_host: str
    database_port: Port
    database_name: str
    database_username: Secret
    database_password: Secret
    session_events_queue_url: str
    """Where the outbox delivers `contracts.events`."""
    site_surplus_queue_url: str
    """Whence `contracts.site_surplus` comes."""
    user_pool_id: str
    """Cognito user pool whose access tokens the REST API accepts."""
    operator_client_id: str
    driver_client_id: str
    """App clients of the user pool, whose tokens count here."""
    partner_clients: str = ""
    """App clients of partners' machines and their companies: see `contracts.partners`."""
    gateway_port: Port
    """WebSockets of stations."""
    api_port: Port
    """REST."""
    log_level: str
    traced_share: Share = 0
    """How much of what stations and people ask for is told of as traces; 0: nothing."""
    drain_seconds: Annotated[int, msgspec.Meta(ge=0, le=90)] = 30
    """Over which a node that is stopped closes its sockets. ECS waits for 120 in all."""
    slowest_question_seconds: Annotated[int, msgspec.Meta(ge=1)] = 10
    """For which the database may look for what people ask; then they are told to ask for less."""
    gateway_certificate_file: str = ""
    """PEM, for TLS of the gateway's own; behind a load balancer, which ends it, there is none."""
    gateway_key_file: str = ""
    station_authorities_file: str = ""
    """PEM of who issues client certificates to stations, for TLS of the gateway's own."""
    ocsp_hosts: str = ""
    """OCSP responders that may be asked for stations, with commas between; with their port where it
    is not the usual one."""
    contract_authorities: str = ""
    """PEM of who issues the contracts of vehicles that may charge; none: no vehicle is let in by
    its contract."""
    contract_certificates_url: str = ""
    """Of the service that issues certificates of vehicles' contracts; none: such requests fail."""
    contract_certificates_token: Secret = ""
    readings_kept_days: Days = 1461
    """Meter values beside sessions, for as long as somebody may dispute a bill: claims lapse three
    years after the end of their year (BGB, sections 195 and 199)."""
    commands_kept_days: Days = 365
    """Commands that are over, and what stations told of uploads, firmware and security."""
    quarantine_kept_days: Days = 365
    messages_kept_days: Days = 14
    """What was said word by word: it tells who was where, so not for longer than it is needed."""
    plans_kept_days: Days = 30
    """Of sites; what came of them stays with their sessions."""
    sealing_key: Secret = ""
    """Long and random: seals the secrets in commands that wait. Without it such are refused."""
    station_authority_certificate: Secret = ""
    """PEM of the authority that signs stations' requests, and of those it was signed by. Without it
    an operator has them signed."""
    station_authority_key: Secret = ""
    """PEM."""
    proxies: Annotated[int, msgspec.Meta(ge=0)] = 2
    """How many stand before the gateway and say in X-Forwarded-For whom they heard: CloudFront and
    the load balancer."""
    client_verifying_networks: str = ""
    """Of the load balancer, in CIDR notation with commas between, when it verifies clients."""
    station_trust_store_arn: str = ""
    """Of that load balancer: it is told which certificates of stations were revoked."""
    station_revocations: str = ""
    """Bucket and key, with a slash between: where it finds the list."""


class BillingSettings(Settings, frozen=True, kw_only=True):
    """The billing program: consumer of session events and REST API, in one process."""

    environment: str
    database_host: str
    database_port: Port
    database_name: str
    database_username: Secret
    database_password: Secret
    session_events_queue_url: str
    documents_bucket: str
    """Issued invoices, PDF and JSON, write once."""
    user_pool_id: str
    operator_client_id: str
    api_port: Port
    seller_name: str
    seller_street: str
    seller_postal_code: str
    seller_city: str
    seller_country: str
    """ISO 3166-1 alpha-2."""
    seller_vat_id: str
    seller_iban: str
    log_level: str
    traced_share: Share = 0
    """How much of what people ask for is told of as traces; 0: nothing, of sessions neither."""


class TelemetryWebhookSettings(Settings, frozen=True, kw_only=True):
    """The function that takes one-minute status documents."""

    environment: str
    table_name: str
    device_log_group: str
    webhook_secret_arn: str
    """Secret whose text the caller must send as ``X-Webhook-Token``."""


class TelemetryQuerySettings(Settings, frozen=True, kw_only=True):
    """The function that resolves the GraphQL queries of telemetry."""

    environment: str
    table_name: str


class TelemetrySurplusSettings(Settings, frozen=True, kw_only=True):
    """The function that tells charging of sites' solar surplus."""

    environment: str
    table_name: str
    site_surplus_queue_url: str
    """Where `contracts.site_surplus` goes."""


class RotationSettings(Settings, frozen=True, kw_only=True):
    """The function that changes the passwords of the database's administrator and of services."""

    administrator_secret_arn: str
    """Secret of the cluster's administrator: JSON with host, port, username and password."""
    cluster_name: str
    """The ECS cluster, whose services start again with their new password."""


class DatabaseRoleSettings(Settings, frozen=True, kw_only=True):
    """The function behind the custom resource that makes a service's own database and role."""

    administrator_secret_arn: str
    """Secret of the cluster's administrator: JSON with host, port, username and password."""


class ZoneDelegationSettings(Settings, frozen=True, kw_only=True):
    """The function that has the zone above name the servers of the environment's zone."""

    delegating_role_arn: str
    """Of the networking account: may write these name servers, and nothing else."""
    zone_above_parameter: str
    """Parameter of that account that holds the id of the zone above."""


class UserExportSettings(Settings, frozen=True, kw_only=True):
    """The function that exports the users of the user pool each night."""

    user_pool_id: str
    bucket_name: str
    object_key: str


class LogFeedSettings(Settings, frozen=True, kw_only=True):
    """The function that brings logs to the search domain."""

    search_endpoint: str
    """With its scheme."""
    kept_days: int
    bucket_name: str
    """Where what the domain refuses is put."""
    reader_role: str
    """ARN of the role that may search."""
