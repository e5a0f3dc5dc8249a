"""Security profile 3, whole: Live's stacks, a station that nobody here wrote, its certificate."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import quote

import pytest
from ocpp.v16 import call
from websockets.exceptions import InvalidMessage, InvalidStatus

from contracts.routes import CLIENT_CERTIFICATE
from demo.environment import wait_until_served
from embedded import cdk
from tests.charging.authority import authority
from tests.embedded.machine.cloud import eventually
from tests.end_to_end.drills.conftest import Figures
from tests.end_to_end.drills.live import Live, Station, deployed
from tests.end_to_end.drills.runbook import Runbook

pytestmark = [pytest.mark.end_to_end, pytest.mark.drill, pytest.mark.timeout(900)]

STATION, OTHER = "DE-FCH-CERTIFIED", "DE-FCH-OTHER"
NO_HANDSHAKE = (OSError, InvalidMessage)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with deployed(tmp_path_factory.mktemp("live")) as environment:
        yield environment


async def _refused(connecting: AbstractAsyncContextManager[Station]) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        async with connecting:
            pass
    return refusal.value.response.status_code


async def test_a_station_of_profile_3_lives_by_its_certificate(
    live: Live, figures: Figures, tmp_path: Path
) -> None:
    for part, text in zip(("pem", "key"), live.authority, strict=True):
        (tmp_path / f"authority.{part}").write_text(text)
    with figures.measure("authority of stations: its key put in, the service started again"):
        machine = live.environment.machine
        aws = cdk.environment(machine.account_id, machine.region, machine.endpoint)
        charging = Runbook("../station-security.md", aws)
        await asyncio.to_thread(
            charging.run, "Certificates of stations", ENV="live", folder=tmp_path
        )
    async with live.api as api:
        await wait_until_served(api, "/stations")
        site = {"name": "Certified", "kind": "workplace", "time_zone": "Europe/Berlin"}
        await api.put("/sites/certified", site)
        for station in (STATION, OTHER):
            live.keys[station] = secrets.token_hex(16)
            described = {"site_id": "certified", "connectors": 1, "key": live.keys[station]}
            await api.put(f"/stations/{station}", described)
        await api.put("/tokens/CERT1", {"status": "accepted", "driver": "Certified"})

        # Profile 2 goes on at the old entrance, and asks there for its certificate.
        async with live.with_key(STATION) as station:
            first = await station.certificate(tmp_path)
        await api.put(f"/stations/{STATION}/security-profile", {"profile": 3})
        assert await _refused(live.with_key(STATION)) == 401
        async with live.with_key(OTHER) as station:
            others = await station.certificate(tmp_path)

        # At the entrance of stations: a session, and nobody but who is certified.
        async with live.with_certificate(STATION, first) as station:
            await _charge(station)
            second = await station.certificate(tmp_path)
        page = await api.get("/sessions", station_id=STATION)
        assert [session["energy_wh"] for session in page["items"]] == [7_777]
        assert await _refused(live.with_certificate(STATION, others)) == 401
        for file in (None, _strangers(tmp_path)):
            with pytest.raises(NO_HANDSHAKE):
                async with live.with_certificate(STATION, file):
                    pass

        # Who is not verified says whose certificate it has: refused, whoever it is.
        leaf = quote(first.read_text().partition("-----END PRIVATE KEY-----\n")[2])
        assert await _refused(live.with_key(STATION, **{CLIENT_CERTIFICATE: leaf})) == 400
        # Who is, as well, says so of another: what it has shown itself counts.
        forged = live.with_certificate(STATION, others, **{CLIENT_CERTIFICATE: leaf})
        assert await _refused(forged) == 401

        # The first is revoked as soon as the second is shown.
        async with live.with_certificate(STATION, second) as station:
            await station.call(call.Heartbeat())
        assert await _refused(live.with_certificate(STATION, first)) == 401
        await _is_published(live, first, second)


async def _charge(station: Station) -> None:
    boot = await station.call(call.BootNotification("Model", "Vendor"))
    assert boot.status == "Accepted"
    started = await station.call(call.StartTransaction(1, "CERT1", 1_000, "2026-10-05T08:00:00Z"))
    await station.call(
        call.StopTransaction(
            meter_stop=8_777,
            timestamp="2026-10-05T09:00:00Z",
            transaction_id=started.transaction_id,
        )
    )


async def _is_published(live: Live, first: Path, second: Path) -> None:
    """A node tells the trust store as it starts; then there is no handshake any more."""
    deployment = live.environment.deployment
    ecs, elb = deployment.client("ecs"), deployment.client("elbv2")
    (service,) = ecs.list_services(cluster="fleetcharge-live")["serviceArns"]
    ecs.update_service(cluster="fleetcharge-live", service=service, forceNewDeployment=True)
    await asyncio.to_thread(
        eventually,
        lambda: elb.describe_trust_stores()["TrustStores"][0]["TotalRevokedEntries"] == 1,
    )

    async def is_let_in(file: Path) -> bool:
        try:
            async with live.with_certificate(STATION, file):
                return True
        except InvalidStatus:
            return True  # by the front door, which is what is asked here
        except NO_HANDSHAKE:
            return False

    while await is_let_in(first):
        await asyncio.sleep(0.5)
    assert await is_let_in(second)


def _strangers(folder: Path) -> Path:
    certificate, key = authority()
    file = folder / "stranger.pem"
    file.write_text(key + certificate)
    return file
