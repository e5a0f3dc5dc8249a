"""ISO 15118: the status of certificates, and those of vehicles' contracts."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import ocsp

from services.charging.adapters.contract_certificates import ContractCertificateService
from services.charging.adapters.http_post import post
from services.charging.adapters.ocsp_responders import OcspResponders
from services.charging.application.ports import UnavailableError
from tests.charging.authority import authority
from tests.charging.company import Company
from tests.charging.examples import Payload
from tests.charging.ocpp201.examples import MESSAGES
from tests.charging.official import OCPP_2_0_1

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
NAME, KEY = "ab" * 32, "cd" * 32
ASKED = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": NAME,
    "issuerKeyHash": KEY,
    "serialNumber": "1F",
    "responderURL": "http://ocsp.example.com/v2g",
}


async def spoken(company: Company, action: str, request: Payload) -> Any:
    """Both sides are held against the official schemas."""
    OCPP_2_0_1.check(f"{action}Request", request)
    answer = await company.call_in("ocpp2.0.1", action, request)
    OCPP_2_0_1.check(f"{action}Response", answer)
    return answer


class Responder:
    """Says of any certificate that it is good, for an hour."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.serial = 0x1F
        self.at = NOW
        self.answer: bytes | None = None
        certificate, key = authority()
        self._authority = x509.load_pem_x509_certificate(certificate.encode())
        self._key = load_pem_private_key(key.encode(), password=None)

    async def __call__(self, url: str, request: bytes) -> bytes:
        self.asked.append(url)
        asked = ocsp.load_der_ocsp_request(request)
        assert (asked.serial_number, asked.issuer_name_hash.hex()) == (0x1F, NAME)
        if self.answer is not None:
            return self.answer
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=bytes.fromhex(NAME),
            issuer_key_hash=bytes.fromhex(KEY),
            serial_number=self.serial,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.GOOD,
            this_update=self.at,
            next_update=self.at + timedelta(hours=1),
            revocation_time=None,
            revocation_reason=None,
        )
        by = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self._authority)
        assert isinstance(self._key, ec.EllipticCurvePrivateKey)
        signed = by.sign(self._key, hashes.SHA256())
        return signed.public_bytes(Encoding.DER)


class World:
    """A central system that may ask one responder."""

    def __init__(self) -> None:
        self.now = NOW
        self.responder = Responder()
        responders = OcspResponders([" OCSP.example.com"], lambda: self.now, self.responder)
        self.company = Company(statuses=responders)

    async def status(self, **asked: str) -> Any:
        return await spoken(
            self.company, "GetCertificateStatus", {"ocspRequestData": ASKED | asked}
        )


async def test_a_status_is_its_responders_and_kept_as_long_as_it_holds() -> None:
    world = World()
    first = await world.status()
    said = ocsp.load_der_ocsp_response(b64decode(first["ocspResult"]))
    assert (first["status"], said.serial_number) == ("Accepted", 0x1F)
    world.now += timedelta(minutes=59)
    assert await world.status() == first
    assert world.responder.asked == ["http://ocsp.example.com/v2g"]
    world.now += timedelta(minutes=1)
    world.responder.at = world.now
    assert (await world.status())["status"] == "Accepted"
    assert len(world.responder.asked) == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://ocsp.example.com.evil.example/",
        "http://ocsp.example.com@169.254.169.254/",
        "http://169.254.169.254/latest",
        "file://ocsp.example.com/etc/passwd",
        "http://ocsp.example.com:8080/",
    ],
)
async def test_nobody_else_is_asked(url: str) -> None:
    world = World()
    answer = await world.status(responderURL=url)
    assert (answer["status"], "not asked" in answer["statusInfo"]["additionalInfo"]) == (
        "Failed",
        True,
    )
    assert world.responder.asked == []


@pytest.mark.parametrize(
    ("answer", "serial", "late", "why"),
    [
        (b"nonsense", 0x1F, 0, "none of OCSP"),
        (
            ocsp.OCSPResponseBuilder.build_unsuccessful(
                ocsp.OCSPResponseStatus.TRY_LATER
            ).public_bytes(Encoding.DER),
            0x1F,
            0,
            "TRY_LATER",
        ),
        (None, 0x20, 0, "another certificate"),
        (None, 0x1F, 2, "does not hold now"),
        (None, 0x1F, -2, "does not hold now"),
    ],
)
async def test_what_does_not_hold_is_not_told(
    answer: bytes | None, serial: int, late: int, why: str
) -> None:
    world = World()
    world.responder.answer, world.responder.serial = answer, serial
    world.responder.at = NOW - timedelta(hours=late)
    failed = await world.status()
    assert (failed["status"], why in failed["statusInfo"]["additionalInfo"]) == ("Failed", True)


async def test_what_is_no_certificate() -> None:
    assert (await World().status(issuerKeyHash="no hex"))["status"] == "Failed"


class Service(BaseHTTPRequestHandler):
    """Issues contract certificates, one of which says who asked."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = {"/moved": 302}.get(self.path, 200)
        answer = {
            "status": "Accepted",
            "exiResponse": f"{asked['exiRequest']} {self.headers['Authorization']}",
        }
        body = b"x" * 20_000 if self.path == "/long" else json.dumps(answer).encode()
        if self.path == "/other":
            body = b"{}"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_contracts_certificate_is_its_issuers(service: str) -> None:
    company = Company(contracts=ContractCertificateService(f"{service}/issue", "t0ken"))
    asked = MESSAGES["Get15118EVCertificate"]
    answer = await spoken(company, "Get15118EVCertificate", asked)
    assert answer == {"status": "Accepted", "exiResponse": f"{asked['exiRequest']} Bearer t0ken"}
    assert company.ledger.told == []


@pytest.mark.parametrize("path", ["/moved", "/long", "/other"])
async def test_an_issuer_that_does_not_answer_well(service: str, path: str) -> None:
    company = Company(contracts=ContractCertificateService(service + path, ""))
    asked = MESSAGES["Get15118EVCertificate"]
    answer = await spoken(company, "Get15118EVCertificate", asked)
    assert (answer["status"], answer["exiResponse"]) == ("Failed", "")


async def test_a_program_that_is_not_there() -> None:
    with pytest.raises(UnavailableError, match="localhost"):
        await post("http://localhost:1/x", b"", {}, largest=1)
