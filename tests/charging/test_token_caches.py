"""A card is blocked: stations that may remember it forget whom they let in."""

import json
from uuid import uuid4

import pytest

from contracts.personas import OWN_COMPANY, Persona
from services.charging.adapters.postgresql.commands import PostgresCommands
from services.charging.adapters.postgresql.connections import PostgresConnections
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.adapters.postgresql.token_caches import PostgresTokenCaches
from services.charging.adapters.postgresql.tokens import PostgresTokens
from services.charging.application.commands import Commands
from services.charging.application.token_caches import TokenCaches
from services.charging.domain.commands import CommandState
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.stations import Site, SiteKind, Station, StationKey
from services.charging.domain.tokens import Token, TokenStatus
from tests.charging import program as running
from tests.charging.program import ChargingProgram
from tests.charging.station import connected

pytestmark = pytest.mark.integration

KEY = StationKey.of("a-long-and-random-key")


class Company:
    """CP1 and CP2 are its own, the others are another's: PUBLIC for everybody, YARD for nobody."""

    def __init__(self, kept: Database) -> None:
        self._kept = kept
        self._connections = PostgresConnections(kept, uuid4())
        self.book = PostgresCommands(kept)
        self.caches = PostgresTokenCaches(kept)
        self.rounds = TokenCaches(self.caches, Commands(self.book))
        self._tokens = PostgresTokens(kept)

    async def others(self) -> None:
        stations = PostgresStations(self._kept)
        for name, kind in (("PUBLIC", SiteKind.PUBLIC), ("YARD", SiteKind.WORKPLACE)):
            await stations.put_site("other", Site(name, name, kind, "Europe/Berlin"))
            await stations.put("other", [Station(name, name, 1, KEY)])

    async def connect(self, *ids: str) -> None:
        await self._connections.seen()
        for epoch, station_id in enumerate(ids, start=1):
            spoken = OCPP_1_6 if station_id == "CP1" else OCPP_2_0_1
            assert await self._connections.register(station_id, epoch, spoken)

    async def token(self, status: TokenStatus, company: str = OWN_COMPANY) -> None:
        await self._tokens.put(company, [Token(f"CARD OF {company}", status, "Ada")])

    async def block(self, company: str) -> None:
        for status in (TokenStatus.ACCEPTED, TokenStatus.BLOCKED):
            await self.token(status, company)

    async def doubtful(self) -> list[str]:
        return sorted(cache.station_id for cache in await self.caches.to_clear(10))

    async def later(self) -> None:
        """All of it is 11 minutes ago."""
        async with self._kept.statement() as connection:
            await connection.execute(
                """
                with blocked as (
                    update token set blocked_at = blocked_at - interval '11 minutes'
                ), cleared as (
                    update cache_clearing set told_at = told_at - interval '11 minutes'
                )
                update command set asked_at = asked_at - interval '11 minutes',
                    over_at = over_at - interval '11 minutes'
                """
            )

    async def told(self, station_id: str, epoch: int, state: CommandState) -> None:
        """All that the station was told ends so."""
        for command in await self.book.claim(station_id, epoch):
            assert (command.action, command.request) == ("ClearCache", b"{}")
            version = command.version
            await self.book.close(command.id, version, state, answer=None, reason=None)


async def test_every_station_where_a_blocked_token_counts_is_told_until_it_answers(
    kept: Database,
) -> None:
    company = Company(kept)
    await company.others()
    await company.token(TokenStatus.ACCEPTED)
    await company.connect("CP1", "PUBLIC", "YARD")
    assert await company.doubtful() == []
    await company.token(TokenStatus.BLOCKED)
    assert await company.doubtful() == ["CP1", "PUBLIC"]
    for _ in range(2):
        await company.rounds.clear_some()
    assert await company.doubtful() == []
    await company.told("CP1", 1, CommandState.ANSWERED)
    await company.told("PUBLIC", 2, CommandState.UNANSWERED)
    assert await company.doubtful() == []

    await company.later()
    assert await company.doubtful() == ["PUBLIC"]
    await company.connect("CP2")
    assert await company.doubtful() == ["CP2", "PUBLIC"]
    await company.rounds.clear_some()
    assert await company.doubtful() == []
    # Blocked as before: nobody has to hear it again, but of one that is blocked anew.
    await company.told("PUBLIC", 2, CommandState.REFUSED)
    await company.later()
    await company.token(TokenStatus.BLOCKED)
    assert "PUBLIC" not in await company.doubtful()
    await company.token(TokenStatus.ACCEPTED)
    await company.token(TokenStatus.BLOCKED)
    assert "PUBLIC" in await company.doubtful()
    await company.token(TokenStatus.ACCEPTED)
    assert await company.doubtful() == []


async def test_who_blocks_again_and_again_has_a_cache_cleared_every_ten_minutes(
    kept: Database,
) -> None:
    company = Company(kept)
    await company.others()
    await company.connect("PUBLIC")
    for status in (TokenStatus.ACCEPTED, TokenStatus.BLOCKED):
        await company.token(status)
    assert await company.doubtful() == ["PUBLIC"]
    await company.rounds.clear_some()
    await company.told("PUBLIC", 1, CommandState.ANSWERED)
    for status in (TokenStatus.ACCEPTED, TokenStatus.BLOCKED):
        await company.token(status)
    assert await company.doubtful() == []
    await company.later()
    assert await company.doubtful() == ["PUBLIC"]  # The last one is not forgotten.


async def test_no_companys_news_waits_for_anothers(kept: Database) -> None:
    company = Company(kept)
    await company.others()
    await company.connect("PUBLIC")
    for blocking in ("one", "two", "other"):
        await company.block(blocking)
        assert await company.doubtful() == ["PUBLIC"]
        await company.rounds.clear_some()
        await company.told("PUBLIC", 1, CommandState.ANSWERED)
        assert await company.doubtful() == []
    # Its own next news does.
    await company.block("two")
    assert await company.doubtful() == []
    await company.block("another")
    assert await company.doubtful() == ["PUBLIC"]
    await company.rounds.clear_some()
    await company.told("PUBLIC", 1, CommandState.ANSWERED)
    await company.later()
    assert await company.doubtful() == []  # What the station forgot for another it forgot.


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])
async def test_a_station_hears_of_it_within_seconds(program: ChargingProgram, version: str) -> None:
    name = f"caches-of-{version}"
    station = {"site_id": name, "connectors": 1, "key": running.KEY}
    site = {"name": name, "kind": "workplace", "time_zone": "Europe/Berlin"}
    with program.signed_in(Persona.OPERATOR, name) as operator:
        for path, entered in (
            (f"/sites/{name}", site),
            (f"/stations/{name}", station),
            (f"/tokens/{name}", {"driver": "Ada"}),
        ):
            operator.put(path, json=entered).raise_for_status()
        async with connected(program, name, version=version) as socket:
            await socket.call("Heartbeat")
            blocked = {"driver": "Ada", "status": "blocked"}
            operator.put(
                f"/tokens/{name}", json=blocked, headers={"If-Match": "*"}
            ).raise_for_status()
            _, message_id, action, payload = await socket.receive()
            assert (action, payload) == ("ClearCache", {})
            await socket.websocket.send(json.dumps([3, message_id, {"status": "Accepted"}]))
