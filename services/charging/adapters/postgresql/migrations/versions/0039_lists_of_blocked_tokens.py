"""The local lists on which a token stands are found by the token."""

from alembic import op

revision = "0039"
down_revision = "0038"

SCHEMA = """
alter table local_list alter tokens type jsonb;
create index local_list_of_token on local_list using gin (tokens jsonb_path_ops);
"""


def upgrade() -> None:
    """Make the index."""
    op.execute(SCHEMA)
