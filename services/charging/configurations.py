"""What is known and asked of stations' own settings, put together."""

from dataclasses import dataclass

from fastapi import APIRouter

from services.charging.adapters.postgresql.configurations import PostgresConfigurations
from services.charging.adapters.postgresql.database import Database
from services.charging.application import configuration
from services.charging.application.commands import Commands
from services.charging.application.configuration import ConfigurationQuestions
from services.charging.application.rounds import Rounds
from services.charging.application.station_views import StationViews
from services.charging.application.views import Views
from services.charging.entrypoints.rest.configuration import configuration_router
from services.charging.entrypoints.rest.configuration_differences import (
    configuration_differences_router,
)


@dataclass(frozen=True, slots=True)
class Configurations:
    """The parts that the program needs."""

    routers: list[APIRouter]
    round: Rounds


def configurations(
    database: Database, commands: Commands, *, stations: StationViews, views: Views
) -> Configurations:
    """Asked of each station after its boots."""
    book = PostgresConfigurations(database)
    return Configurations(
        [
            configuration_router(
                configurations=book, stations=stations, views=views, commands=commands
            ),
            configuration_differences_router(configurations=book, stations=stations),
        ],
        Rounds(
            ConfigurationQuestions(book, commands).ask_some,
            every=configuration.LOOK_EVERY,
            failed="no station is asked",
        ),
    )
