"""Stations ask for certificates, get them, use them, and get new ones in time."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from services.charging.adapters.certificate_authority import VALID_FOR, LocalAuthority
from services.charging.adapters.postgresql.commands import PostgresCommands
from services.charging.adapters.postgresql.connections import PostgresConnections
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.station_certificates import PostgresStationCertificates
from services.charging.application.commands import Commands
from services.charging.application.station_certificates import StationCertificates
from services.charging.domain.ocpp16.version import OCPP_1_6
from services.charging.domain.ocpp201.version import OCPP_2_0_1
from services.charging.domain.station_certificates import (
    StationCertificate,
    UnacceptableRequestError,
    digest,
    signing_request,
)
from tests.charging.authority import COMPANY, authority, request
from tests.charging.aws import Aws
from tests.charging.program import ChargingProgram, charging_program
from tests.charging.station import Station
from tests.charging.test_commands import over
from tests.charging.test_station_security import refused, serving, speaking

NOW = datetime.now(UTC)
_WEAK_CURVE = ec.generate_private_key(ec.SECP192R1())
_WEAK_RSA = rsa.generate_private_key(65537, 1024)  # noqa: S505 — to be refused


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n", "no PKCS"),
        (request("CP2"), "the common name is not CP1"),
        (request("CP1", "Suedwind"), "the organisation is not Nordwind GmbH"),
        (request("CP1", None), "the organisation is not Nordwind GmbH"),
        (request("CP1", key=_WEAK_CURVE), "too weak"),
        (request("CP1", key=_WEAK_RSA), "too weak"),
    ],
)
def test_what_is_not_signed(text: str, why: str) -> None:
    with pytest.raises(UnacceptableRequestError, match=why):
        signing_request(text, "CP1", COMPANY)


def test_a_request_that_was_changed_is_not_signed() -> None:
    original = x509.load_pem_x509_csr(request("CPX").encode()).public_bytes(Encoding.DER)
    changed = x509.load_der_x509_csr(original.replace(b"CPX", b"CP1"))
    with pytest.raises(UnacceptableRequestError, match="not signed with its own key"):
        signing_request(changed.public_bytes(Encoding.PEM).decode(), "CP1", COMPANY)


async def test_a_certificate_is_its_authoritys_and_for_clients_only() -> None:
    certificate, key = authority()
    text = request("CP1")
    ours = LocalAuthority(certificate, key)
    issued = await ours.sign(
        signing_request(text, "CP1", ours.organisation), "CP1", digest(text), NOW
    )
    own, above = x509.load_pem_x509_certificates(issued.chain.encode())
    own.verify_directly_issued_by(above)
    assert (issued.not_after - NOW) // timedelta(days=1) == VALID_FOR // timedelta(days=1) - 1
    assert own.subject.rfc4514_string() == "O=Nordwind GmbH,CN=CP1"
    uses = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not own.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert issued.serial == f"{own.serial_number:x}"


async def test_a_certificate_does_not_outlive_its_authority() -> None:
    ours, text = LocalAuthority(*authority(days=10)), request("CP1")
    issued = await ours.sign(signing_request(text, "CP1", COMPANY), "CP1", digest(text), NOW)
    assert issued.not_after < NOW + timedelta(days=11)


def test_what_is_no_authority() -> None:
    certificate, key = authority(is_authority=False)
    with pytest.raises(ValueError, match="not one of an authority"):
        LocalAuthority(certificate, key)
    with pytest.raises(ValueError, match="not of its key"):
        LocalAuthority(certificate, authority()[1])
    odd = ed25519.Ed25519PrivateKey.generate()
    pem = odd.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="neither RSA nor"):
        LocalAuthority(certificate, pem)


async def _take(station: Station, status: str) -> str:
    """What comes by CertificateSigned; the answer to the station's own call may come first."""
    while (frame := await station.receive())[0] != 2:
        continue
    _, message_id, action, payload = frame
    assert action == "CertificateSigned"
    await station.websocket.send(json.dumps([3, message_id, {"status": status}]))
    chain: str = payload["certificateChain"]
    return chain


async def _ask(station: Station, csr: str, message_id: str = "csr") -> None:
    call = [2, message_id, "SignCertificate", {"csr": csr}]
    await station.websocket.send(json.dumps(call))


@pytest.mark.integration
@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])
async def test_a_station_gets_its_certificate_and_uses_it(
    program: ChargingProgram, station_id: str, aws: Aws, tmp_path: Path, version: str
) -> None:
    certificate, key = authority()
    with charging_program(
        program.database,
        aws,
        tmp_path,
        STATION_AUTHORITY_CERTIFICATE=certificate,
        STATION_AUTHORITY_KEY=key,
        CLIENT_VERIFYING_NETWORKS="127.0.0.0/8",
    ) as node:
        await serving(node)
        path = f"/stations/{station_id}/certificates"
        async with speaking(node, station_id, version) as station:
            assert (await station.call("SignCertificate", csr=request("another")))["status"] == (
                "Rejected"
            )
            await _ask(station, csr := request(station_id))
            chain = await _take(station, "Rejected")
            while [one["state"] for one in program.get(path)["items"]] != ["rejected"]:
                await asyncio.sleep(0.02)
            await _ask(station, csr, "again")  # As it did not want it, another one.
            first = await _take(station, "Accepted")
            assert first != chain
            await _ask(station, request(station_id), "newer")
            second = await _take(station, "Accepted")
        for command in program.get(f"/stations/{station_id}/commands")["items"]:
            assert (await over(program, command["id"]))["state"] == "answered"
        states = [one["state"] for one in program.get(path)["items"]]
        assert states == ["accepted", "accepted", "rejected"]

        async def shows(chain: str) -> None:
            headers = {"X-Amzn-Mtls-Clientcert-Leaf": quote(_leaf(chain))}
            async with speaking(node, station_id, version, headers=headers) as station:
                await station.call("Heartbeat")

        await shows(first)
        await shows(second)
        headers = {"X-Amzn-Mtls-Clientcert-Leaf": quote(_leaf(first))}
        assert await refused(node, station_id, version=version, headers=headers) == 401
        states = [one["state"] for one in program.get(path)["items"]]
        assert states == ["used", "revoked", "rejected"]

        with psycopg.connect(program.database.conninfo) as connection:
            kept = connection.execute("select station_certificate::text from station_certificate")
            assert all("PRIVATE" not in row for (row,) in kept.fetchall())
        assert key.splitlines()[1] not in node.log


def _leaf(chain: str) -> str:
    end = "-----END CERTIFICATE-----\n"
    return chain.partition(end)[0] + end


@pytest.mark.integration
async def test_a_station_is_asked_once_a_day_to_ask_for_a_new_certificate(
    kept: Database,
) -> None:
    async def asked() -> list[tuple[str, str, str]]:
        async with kept.statement() as connection:
            cursor = await connection.execute(
                """
                select station_id, ocpp_version, request ->> 'requestedMessage' from command
                where answer_by > now() + interval '1 hour' order by asked_at, station_id
                """
            )
            return await cursor.fetchall()

    connections = PostgresConnections(kept, uuid4())
    await connections.seen()
    await connections.register("CP1", 1, OCPP_1_6)
    await connections.register("CP2", 2, OCPP_2_0_1)
    book, commands = PostgresStationCertificates(kept), Commands(PostgresCommands(kept))
    for station_id, days in (("CP1", 365), ("CP1", 29), ("CP2", 29), ("CP2", 365), ("CP2", 10)):
        ends = NOW + timedelta(days=days)
        chain = f"{station_id} {days}"
        issued = StationCertificate(
            id=uuid4(),
            station_id=station_id,
            serial=chain,
            chain=chain,
            request_digest=chain.encode(),
            not_before=NOW,
            not_after=ends,
        )
        await book.add(issued)
        await book.answered(station_id, chain, accepted=days != 10)
    now = NOW
    certificates = StationCertificates(LocalAuthority(*authority()), book, commands, lambda: now)
    for _ in range(2):
        await certificates.renew()
    assert await asked() == [("CP1", "ocpp1.6", "SignChargePointCertificate")]
    now += timedelta(days=340)
    await certificates.renew()
    assert (await asked())[1:] == [
        ("CP1", "ocpp1.6", "SignChargePointCertificate"),
        ("CP2", "ocpp2.0.1", "SignChargingStationCertificate"),
    ]
