"""How long each kind of rows is kept, put together by the settings.

Sessions, what meters signed, what stations told of transactions and stops that wait are none of
these: they are what bills are made of, and stay.
"""

from datetime import timedelta

from contracts.settings import ChargingSettings
from services.charging.adapters.postgresql import retention
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.retention import Retention, old
from services.charging.adapters.postgresql.sites.retention import old_plans

CHANGES = timedelta(days=7)
"""For whoever follows them and was away."""


def retention_of(settings: ChargingSettings, database: Database) -> Retention:
    """What drops all that is old."""
    readings, commands, quarantine, messages, plans = (
        timedelta(days=days)
        for days in (
            settings.readings_kept_days,
            settings.commands_kept_days,
            settings.quarantine_kept_days,
            settings.messages_kept_days,
            settings.plans_kept_days,
        )
    )
    return Retention(
        database,
        old(retention.READINGS, readings),
        old(retention.COMMANDS, commands),
        old(retention.RESERVATIONS, commands),
        old(retention.NOTIFICATIONS, commands),
        old(retention.QUARANTINE, quarantine),
        old(retention.QUARANTINE_DAYS, quarantine),
        old(retention.CHANGES, CHANGES),
        old(retention.MESSAGES, messages),
        old_plans(plans),
    )
