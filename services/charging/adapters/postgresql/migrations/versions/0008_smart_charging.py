"""Limits of sites, what sessions want, plans, and what stations said of them."""

from alembic import op

revision = "0008"
down_revision = "0007"

TABLES = """
-- Every version stays: what was planned is judged by the limits of its time.
create table site_limits (
    site_id text not null references site,
    version integer not null,
    document json not null,
    set_at timestamptz not null default now(),
    primary key (site_id, version)
);
-- A site that is planned; `claimed_until` fences the node that is at it.
create table site_planning (
    site_id text primary key references site,
    due_at timestamptz not null,
    claimed_until timestamptz
);
create index site_planning_due on site_planning (due_at);

create table site_surplus (
    site_id text not null references site,
    begins_at timestamptz not null,
    watts integer not null,
    received_at timestamptz not null default now(),
    primary key (site_id, begins_at)
);

create table session_preferences (
    session_id uuid primary key references session,
    document json not null,
    given_at timestamptz not null default now()
);

create table site_plan (
    number bigint generated always as identity primary key,
    site_id text not null references site,
    bounds timestamptz[] not null,
    made_at timestamptz not null default now()
);
create index plan_of_site on site_plan (site_id, number);
create table site_allotment (
    plan_number bigint not null references site_plan,
    session_id uuid not null references session,
    currents integer[] not null,
    phases integer not null,
    charging boolean not null,
    since timestamptz not null,
    primary key (session_id, plan_number)
);
create index allotment_of_plan on site_allotment (plan_number);

create table session_profile (
    session_id uuid primary key references session,
    accepted_plan bigint references site_plan,
    refused_at timestamptz
);
create table station_default (
    station_id text primary key references station,
    default_ma integer,
    refused_at timestamptz
);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(TABLES)
