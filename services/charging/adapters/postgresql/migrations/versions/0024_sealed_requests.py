"""Requests of commands that tell secrets are sealed; what is over keeps none."""

from alembic import op
from sqlalchemy import text

from services.charging.domain.masking import masked

revision = "0024"
down_revision = "0023"

TABLES = """
alter table command add sealed bytea;
alter table campaign add sealed bytea;
"""


def upgrade() -> None:
    """Make room, and take out what commands of before have told."""
    op.execute(TABLES)
    connection = op.get_bind()
    told = text(
        "select id, request::text from command where over_at is not null"
        " and (request::text ilike '%password%' or request::text like '%://%@%')"
    )
    for command_id, request in connection.execute(told).all():
        clean = text("update command set request = cast(:request as json) where id = :id")
        connection.execute(clean, {"request": masked(request), "id": command_id})
