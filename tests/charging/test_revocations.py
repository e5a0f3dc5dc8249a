"""Who stands before the gateway is told which certificates count no more."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import boto3
import pytest
from botocore.stub import Stubber
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from services.charging.adapters.certificate_authority import LocalAuthority
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.revocations import PostgresRevocations
from services.charging.adapters.postgresql.standings import PostgresStandings
from services.charging.adapters.postgresql.station_certificates import PostgresStationCertificates
from services.charging.adapters.trust_store import LoadBalancerTrustStore
from services.charging.application.ports import UnavailableError
from services.charging.application.revocations import Revocations
from services.charging.domain.station_certificates import Revoked, StationCertificate
from tests import aws_actions
from tests.charging.authority import authority

NOW = datetime.now(UTC)
STORE = "arn:aws:elasticloadbalancing:eu-central-1:1:truststore/stations/1"


class TrustStore:
    """Keeps what it was told."""

    def __init__(self, name: str = STORE) -> None:
        self.name = name
        self.told: list[tuple[str, int | None]] = []
        self.is_there = True

    async def replace(self, revoked: str, number: int | None) -> int:
        if not self.is_there:
            raise UnavailableError("the trust store does not answer")
        self.told.append((revoked, number))
        return len(self.told) + 6

    def serials(self) -> list[str]:
        revoked = x509.load_pem_x509_crl(self.told[-1][0].encode())
        return sorted(f"{one.serial_number:x}" for one in revoked)


async def _issue(kept: Database, serial: str, days: int = 365) -> None:
    book = PostgresStationCertificates(kept)
    chain = f"chain {serial}"
    issued = StationCertificate(
        id=uuid4(),
        station_id="CP1",
        serial=serial,
        chain=chain,
        request_digest=chain.encode(),
        not_before=NOW - timedelta(days=300),
        not_after=NOW + timedelta(days=days),
    )
    await book.add(issued)
    await book.answered("CP1", chain, accepted=True)


@pytest.mark.integration
async def test_a_list_is_published_when_there_is_news_and_replaces_the_one_before(
    kept: Database,
) -> None:
    store, signer, now = TrustStore(), LocalAuthority(*authority()), NOW
    revocations = Revocations(signer, PostgresRevocations(kept), store, lambda: now)
    used = PostgresStationCertificates(kept)
    await _issue(kept, "a1", days=20)
    await revocations.publish()
    assert store.told == [], "nothing was ever revoked"
    await _issue(kept, "b2")
    await used.shown("CP1", "b2")
    for _ in range(2):
        await revocations.publish()
    assert (len(store.told), store.told[0][1], store.serials()) == (1, None, ["a1"])
    await _issue(kept, "c3")
    await used.shown("CP1", "c3")
    store.is_there = False
    with pytest.raises(UnavailableError):
        await revocations.publish()
    store.is_there = True
    await revocations.publish()
    assert (store.told[1][1], store.serials()) == (7, ["a1", "b2"])
    now += timedelta(days=30)
    await revocations.publish()
    assert (store.told[2][1], store.serials()) == (8, ["b2"]), "what has ended needs no list"

    another = TrustStore("arn of another")
    await Revocations(signer, PostgresRevocations(kept), another, lambda: now).publish()
    assert (another.told[0][1], another.serials()) == (None, ["b2"])


@pytest.mark.integration
async def test_one_node_publishes_at_a_time(kept: Database) -> None:
    await _issue(kept, "a1")
    await _issue(kept, "b2")
    await PostgresStationCertificates(kept).shown("CP1", "b2")
    book = PostgresRevocations(kept)
    async with book.unpublished(STORE, NOW) as ours:
        assert ours is not None
        async with book.unpublished(STORE, NOW) as theirs:
            assert theirs is None
        ours.number = 1
    async with book.unpublished(STORE, NOW) as news:
        assert news is None


async def test_the_list_is_the_authoritys_and_does_not_end_before_it() -> None:
    certificate, key = authority()
    ours = x509.load_pem_x509_certificate(certificate.encode())
    text = await LocalAuthority(certificate, key).revocation_list([Revoked("a1", NOW)], NOW)
    revoked = x509.load_pem_x509_crl(text.encode())
    assert revoked.issuer == ours.subject
    signed_with = ours.public_key()
    assert isinstance(signed_with, ec.EllipticCurvePublicKey)
    assert revoked.is_signature_valid(signed_with)
    assert revoked.next_update_utc == ours.not_valid_after_utc
    (one,) = revoked
    assert one.serial_number == 0xA1


async def test_an_authority_that_has_ended_signs_a_list_all_the_same() -> None:
    ended = LocalAuthority(*authority())
    late = ended.ends + timedelta(days=1)
    text = await ended.revocation_list([], late)
    assert x509.load_pem_x509_crl(text.encode()).last_update_utc == late.replace(microsecond=0)


async def test_a_list_counts_before_the_one_that_it_replaces_goes() -> None:
    elb = boto3.client("elbv2", region_name="eu-central-1")
    s3 = boto3.client("s3", region_name="eu-central-1")
    put = {"Bucket": "lists", "Key": "stations.crl", "Body": b"x"}
    content = {"S3Bucket": "lists", "S3Key": "stations.crl", "RevocationType": "CRL"}
    with Stubber(elb) as load_balancing, Stubber(s3) as storage:
        storage.add_response("put_object", {}, put)
        load_balancing.add_response(
            "add_trust_store_revocations",
            {"TrustStoreRevocations": [{"RevocationId": 8}]},
            {"TrustStoreArn": STORE, "RevocationContents": [content]},
        )
        load_balancing.add_client_error(
            "remove_trust_store_revocations", "RevocationIdNotFound", "gone already"
        )
        store = LoadBalancerTrustStore(elb, s3, STORE, "lists/stations.crl")
        assert await store.replace("x", 7) == 8
        storage.add_client_error("put_object", "AccessDenied", "not yours")
        with pytest.raises(UnavailableError, match="not yours"):
            await store.replace("x", 8)
        load_balancing.assert_no_pending_responses()
        storage.assert_no_pending_responses()
    # A stub answers before anybody else hears of the call.
    for action in (
        "s3:PutObject",
        "elasticloadbalancing:AddTrustStoreRevocations",
        "elasticloadbalancing:RemoveTrustStoreRevocations",
    ):
        aws_actions.record("services/charging", action)


@pytest.mark.integration
async def test_stations_that_ask_for_no_new_certificate_are_counted(kept: Database) -> None:
    standings = PostgresStandings(kept)
    await _issue(kept, "a1", days=29)
    assert (await standings.read()).certificates_ending == 1
    await _issue(kept, "b2", days=31)
    assert (await standings.read()).certificates_ending == 0, "another one follows"
