"""Security profiles of the running program: keys that change, TLS, and client certificates."""

import asyncio
import json
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect
from websockets.datastructures import HeadersLike
from websockets.exceptions import InvalidMessage, InvalidStatus
from websockets.typing import Subprotocol

from tests.charging.aws import Aws
from tests.charging.program import ChargingProgram, basic, charging_program
from tests.charging.station import Station, connected

pytestmark = pytest.mark.integration


async def serving(node: ChargingProgram) -> None:
    """Start it, and wait until stations can come: healthy means that all can be kept."""
    node.start()
    while "serving stations" not in node.log:
        assert node.is_running, node.log
        await asyncio.sleep(0.05)


@asynccontextmanager
async def speaking(
    program: ChargingProgram,
    station_id: str,
    version: str = "ocpp1.6",
    headers: HeadersLike | None = None,
    **how: Any,
) -> AsyncIterator[Station]:
    async with connect(
        how.pop("url", program.station_url(station_id)),
        subprotocols=[Subprotocol(version)],
        additional_headers=basic(station_id) if headers is None else headers,
        **how,
    ) as websocket:
        yield Station(websocket)


async def refused(program: ChargingProgram, station_id: str, **how: Any) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        async with speaking(program, station_id, **how):
            pass
    return refusal.value.response.status_code


async def rotate(
    program: ChargingProgram, station_id: str, station: Station, answer: dict[str, Any]
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Action and payload that the station hears, and the command after its answer."""
    asked = program.api.post(f"/stations/{station_id}/key-rotation")
    assert asked.status_code == 202
    _, message_id, action, payload = await station.receive()
    if "setVariableResult" in answer:
        [said] = payload["setVariableData"]
        answer["setVariableResult"][0] |= {k: said[k] for k in ("component", "variable")}
    await station.websocket.send(json.dumps([3, message_id, answer]))
    while (command := program.get(f"/commands/{asked.json()['id']}"))["over_at"] is None:
        await asyncio.sleep(0.02)
    return action, payload, command


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])
async def test_a_key_is_changed_by_its_station_and_known_to_nobody_else(
    program: ChargingProgram, station_id: str, version: str
) -> None:
    answer = (
        {"status": "Accepted"}
        if version == "ocpp1.6"
        else {"setVariableResult": [{"attributeStatus": "RebootRequired"}]}
    )
    async with speaking(program, station_id, version) as station:
        await station.call("Heartbeat")
        action, payload, command = await rotate(program, station_id, station, answer)
    if version == "ocpp1.6":
        assert (action, payload["key"]) == ("ChangeConfiguration", "AuthorizationKey")
        key = payload["value"]
    else:
        [variable] = payload["setVariableData"]
        assert variable["variable"] == {"name": "BasicAuthPassword"}
        key = variable["attributeValue"]
    assert (command["state"], command["action"]) == ("answered", "RotateKey")
    async with connected(program, station_id):
        pass  # The old key still counts: the station may not have taken the new one yet.
    async with connected(program, station_id, key):
        pass
    assert await refused(program, station_id) == 401
    async with speaking(program, station_id, headers=basic_of(station_id, bytes.fromhex(key))):
        pass
    with psycopg.connect(program.database.conninfo) as connection:
        for table in ("command", "message", "station", "next_station_key"):
            rows = connection.execute(f"select {table}::text from {table}")  # noqa: S608 — ours
            assert all(key not in row for (row,) in rows.fetchall())
    assert key not in program.log


def basic_of(station_id: str, password: bytes) -> dict[str, str]:
    credentials = station_id.encode() + b":" + password
    return {"Authorization": "Basic " + b64encode(credentials).decode()}


async def test_a_key_that_the_station_did_not_take_never_counts(
    program: ChargingProgram, station_id: str
) -> None:
    async with speaking(program, station_id) as station:
        await station.call("Heartbeat")
        answer = {"status": "Rejected"}
        _, payload, _ = await rotate(program, station_id, station, answer)
    assert await refused(program, station_id, headers=basic(station_id, payload["value"])) == 401
    async with connected(program, station_id):
        pass


@pytest.mark.parametrize("second", ["Rejected", None])
async def test_a_key_whose_answer_was_lost_counts_whatever_comes_of_another(
    program: ChargingProgram, station_id: str, second: str | None
) -> None:
    async with speaking(program, station_id) as station:
        await station.call("Heartbeat")
        asked = program.api.post(f"/stations/{station_id}/key-rotation")
        assert asked.status_code == 202
        *_, payload = await station.receive()
    while program.get(f"/commands/{asked.json()['id']}")["over_at"] is None:
        await asyncio.sleep(0.02)
    async with speaking(program, station_id) as station:
        await station.call("Heartbeat")
        if second is None:
            assert program.api.post(f"/stations/{station_id}/key-rotation").status_code == 202
            await station.receive()
        else:
            await rotate(program, station_id, station, {"status": second})
    async with connected(program, station_id, payload["value"]):
        pass
    assert await refused(program, station_id) == 401


def test_a_station_that_is_away_gets_no_key(program: ChargingProgram, station_id: str) -> None:
    assert program.api.post(f"/stations/{station_id}/key-rotation").status_code == 409
    wrong = program.api.put(f"/stations/{station_id}/security-profile", json={"profile": 0})
    assert wrong.status_code == 422


def test_a_profile_that_another_has_changed_stays(
    program: ChargingProgram, station_id: str
) -> None:
    path = f"/stations/{station_id}/security-profile"
    read = program.api.get(path)
    assert (read.json(), read.headers["ETag"]) == ({"station_id": station_id, "profile": 1}, '"1"')
    match = {"If-Match": '"1"'}
    put = program.api.put(path, json={"profile": 2}, headers=match)
    assert (put.status_code, put.headers["ETag"]) == (200, '"2"')
    assert program.api.put(path, json={"profile": 3}, headers=match).status_code == 412
    assert program.get(path)["profile"] == 2


class Authority:
    """Issues certificates."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = self._certificate(self._name, self._key.public_key(), is_authority=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(own.public_bytes(Encoding.PEM))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Files of the certificate and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        files = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        certificate = self._certificate(subject, key.public_key(), is_authority=False)
        files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
        files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files

    def _certificate(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, is_authority: bool
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(names, critical=False)
            .sign(self._key, hashes.SHA256())
        )


async def test_client_certificates_where_the_gateway_ends_tls(
    program: ChargingProgram, station_id: str, aws: Aws, tmp_path: Path
) -> None:
    authority, stranger = Authority(tmp_path, "ours"), Authority(tmp_path, "stranger")
    certificate, key = authority.issue("localhost")
    with charging_program(
        program.database,
        aws,
        tmp_path,
        GATEWAY_CERTIFICATE_FILE=str(certificate),
        GATEWAY_KEY_FILE=str(key),
        STATION_AUTHORITIES_FILE=str(authority.file),
    ) as node:
        await serving(node)
        url = node.station_url(station_id).replace("ws://127.0.0.1", "wss://localhost")

        def by(*files: Path) -> dict[str, Any]:
            context = ssl.create_default_context(cafile=str(authority.file))
            if files:
                context.load_cert_chain(*map(str, files))
            return {"url": url, "ssl": context}

        async with speaking(node, station_id, **by()) as station:  # Profile 2.
            await station.call("Heartbeat")
        program.api.put(
            f"/stations/{station_id}/security-profile", json={"profile": 3}
        ).raise_for_status()
        assert await refused(node, station_id, **by()) == 401
        own = authority.issue(station_id)
        async with speaking(node, station_id, headers={}, **by(*own)) as station:
            await station.call("Heartbeat")
        assert await refused(node, station_id, **by(*authority.issue("another"))) == 401
        with pytest.raises((InvalidMessage, OSError)):  # TLS ends it
            async with speaking(node, station_id, **by(*stranger.issue(station_id))):
                pass


async def test_client_certificates_that_the_load_balancer_verified(
    program: ChargingProgram, station_id: str, aws: Aws, tmp_path: Path
) -> None:
    certificate, _ = Authority(tmp_path, "ours").issue(station_id)
    headers = {"X-Amzn-Mtls-Clientcert-Leaf": quote(certificate.read_text())}
    # Whoever is not the load balancer may say what it likes.
    assert await refused(program, station_id, headers=headers) == 401
    with charging_program(
        program.database, aws, tmp_path, CLIENT_VERIFYING_NETWORKS="10.0.0.0/8, 127.0.0.0/8"
    ) as node:
        await serving(node)
        async with speaking(node, station_id, headers=headers) as station:
            await station.call("Heartbeat")
        twice = [*headers.items(), *headers.items()]
        assert await refused(node, station_id, headers=twice) == 401
        program.api.put(
            f"/stations/{station_id}/security-profile", json={"profile": 3}
        ).raise_for_status()
        assert await refused(node, station_id) == 401  # Its key alone does not do any more.
        assert await refused(program, station_id, headers=headers) == 401
        another, _ = Authority(tmp_path, "another").issue("another")
        for leaf in (quote(another.read_text()), "nonsense"):
            named = basic(station_id) if leaf != "nonsense" else {}
            named |= {"X-Amzn-Mtls-Clientcert-Leaf": leaf}
            assert await refused(node, station_id, headers=named) == 401
