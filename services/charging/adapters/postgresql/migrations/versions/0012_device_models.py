"""The device model of OCPP 2.0.1: variables of stations and what watches them."""

from alembic import op

revision = "0012"
down_revision = "0011"

TABLES = """
-- Instances that are not named are '', EVSE and connector 0. Names ignore case.
create table device_variable (
    id bigint generated always as identity primary key,
    station_id text not null references station,
    component text not null,
    component_instance text not null,
    evse_id integer not null,
    connector_id integer not null,
    variable text not null,
    variable_instance text not null,
    attribute text not null,
    value text,
    mutability text,
    characteristics jsonb,
    reported_at timestamptz not null
);
create unique index device_variable_once on device_variable (station_id, lower(component),
    lower(component_instance), evse_id, connector_id, lower(variable), lower(variable_instance),
    attribute);

create table device_monitor (
    station_id text not null references station,
    monitor_id integer not null,
    component text not null,
    component_instance text not null,
    evse_id integer not null,
    connector_id integer not null,
    variable text not null,
    variable_instance text not null,
    kind text not null,
    value double precision not null,
    severity integer not null,
    in_transactions_only boolean not null,
    reported_at timestamptz not null,
    primary key (station_id, monitor_id)
);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(TABLES)
