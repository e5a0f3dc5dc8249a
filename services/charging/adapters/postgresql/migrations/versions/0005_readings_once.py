"""A meter reading that a station repeats is one reading."""

from alembic import op

revision = "0005"
down_revision = "0004"

INDEX = """
delete from meter_reading as earlier using meter_reading as later
where earlier.ctid < later.ctid
    and (earlier.station_id, earlier.connector_id, earlier.measured_at, earlier.received) =
        (later.station_id, later.connector_id, later.measured_at, later.received);

-- The text's hash stands for the text; the transaction comes first, as readings are read by it.
create unique index meter_reading_once on meter_reading (
    transaction_id, measured_at, station_id, connector_id, hashtextextended(received, 0)
) nulls not distinct;
drop index meter_reading_of_transaction;
"""


def upgrade() -> None:
    """Repeated readings go; the index takes the place of the transaction's."""
    op.execute(INDEX)
