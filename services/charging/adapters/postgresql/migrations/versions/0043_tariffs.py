"""What sites ask of those who pay ad hoc, and by which tokens they do."""

from alembic import op

revision = "0043"
down_revision = "0042"

SCHEMA = """
-- Every version stays: a session is paid by that of its begin. Without a document: none any more.
create table site_tariff (
    site_id text not null references site,
    version integer not null,
    document json,
    set_at timestamptz not null,
    primary key (site_id, version)
);
create function tariff_in_force(at_site text, moment timestamptz) returns integer
    language sql stable return (
        select case when document is not null then version end from site_tariff
        where site_id = at_site and set_at <= moment order by version desc limit 1
    );

alter table token add ad_hoc boolean not null default false;
alter table transaction_event add ad_hoc boolean not null default false;
-- Sessions that are there have none.
alter table session add tariff_version integer,
    add foreign key (site_id, tariff_version) references site_tariff not valid;
"""


def upgrade() -> None:
    """Make them; nobody has paid ad hoc before."""
    op.execute(SCHEMA)
