"""What other nodes say, and who is to hear of it here."""

from uuid import UUID

from services.charging.adapters.postgresql.notices import (
    COMMAND_OVER,
    COMMAND_WAITS,
    SUPERSEDED,
    Notices,
)
from services.charging.application.campaigns import Campaigns
from services.charging.application.commands import Commands
from services.charging.entrypoints.gateway import Gateway


def notices(
    database_conninfo: str, gateway: Gateway, commands: Commands, campaigns: Campaigns
) -> Notices:
    """Tells the gateway, and those who wait for an answer."""

    def superseded(payload: str) -> None:
        epoch, _, station_id = payload.partition(" ")
        gateway.superseded(station_id, int(epoch))

    def over(payload: str) -> None:
        commands.over(UUID(payload))
        campaigns.look()

    def look_again(station_ids: list[str]) -> None:
        commands.look_again()
        for station_id in station_ids:
            gateway.command_waits(station_id)

    return Notices(
        database_conninfo,
        hear={
            COMMAND_WAITS: gateway.command_waits,
            COMMAND_OVER: over,
            SUPERSEDED: superseded,
        },
        look_again=look_again,
    )
