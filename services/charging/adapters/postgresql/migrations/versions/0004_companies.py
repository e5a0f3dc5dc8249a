"""Sites, stations, tokens and sessions belong to a company; tokens and sessions to a driver."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
-- What was there before companies is the company's that runs the environment.
alter table site add company_id text not null default 'fleetcharge';
alter table station add company_id text not null default 'fleetcharge';
alter table token add company_id text not null default 'fleetcharge';
alter table session add company_id text not null default 'fleetcharge';
-- From here on, whoever writes must say whose it is.
alter table site alter company_id drop default;
alter table station alter company_id drop default;
alter table token alter company_id drop default;
alter table session alter company_id drop default;

-- A station stands at a site of its own company.
alter table site add unique (id, company_id);
alter table station drop constraint station_site_id_fkey,
    add foreign key (site_id, company_id) references site (id, company_id);

-- The subject of a person in the user pool. A session keeps the driver whom its token had then.
alter table token add driver_id text;
alter table session add driver_id text;
-- Whose home it stands at: nobody else of the company finds it.
alter table station add driver_id text;

create index station_of_company on station (company_id, id);
create index token_of_company on token (company_id, uid);
create index token_of_driver on token (driver_id) where driver_id is not null;
create index session_of_company on session (company_id, transaction_id);
create index session_of_driver on session (driver_id, transaction_id) where driver_id is not null;
"""


def upgrade() -> None:
    """Say whose all of it is."""
    op.execute(TABLES)
