"""A local list may be told by several messages, each after the one before."""

from alembic import op

revision = "0040"
down_revision = "0039"

SCHEMA = """
alter table local_list
    add updates jsonb not null default '[]',
    add taken integer not null default 0,
    add restarts integer not null default 0,
    add unfit text,
    add asked_at timestamptz not null default now(),
    add held_until timestamptz not null default now();
update local_list set asked_at = set_at, updates = jsonb_build_array(jsonb_build_object(
    'version', version, 'is_full', is_full, 'entries', tokens));
update local_list set taken = 1 where answer in ('Accepted', 'Overwritten');
create index local_list_asked on local_list (asked_at) where answer is null and unfit is null;
"""


def upgrade() -> None:
    """Make the columns; lists of old are told by one message."""
    op.execute(SCHEMA)
