import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from proofs import expiries
from proofs.assembly import Acknowledgement
from proofs.expiries import Expiry
from proofs.waivers import Waiver
from tests.proofs.stages import stage

MAY, JUNE = datetime.date(2027, 5, 31), datetime.date(2027, 6, 30)
AS3 = "AwsSolutions::AwsSolutions-AS3"


def certificate(until: datetime.date) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Stations")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    end = datetime.datetime.combine(until, datetime.time(12), datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, start, end)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "environments.toml"
    bundle = certificate(JUNE) + certificate(MAY)
    file.write_text(f'[environments.live.domain]\nname = "x"\nauthorities = """\n{bundle}"""\n')
    return file


def test_every_certificate_of_the_settings_is_told_with_its_path(settings: Path) -> None:
    what = "`environments.live.domain.authorities`: Stations"
    assert expiries.certificates(settings, "charging") == [
        Expiry(JUNE, "charging", "certificate", what),
        Expiry(MAY, "charging", "certificate", what),
    ]


def test_a_certificate_is_told_of_before_it_ends(settings: Path) -> None:
    found = expiries.certificates(settings, "charging")
    early = MAY - datetime.timedelta(days=60)
    assert list(expiries.faults(found, early)) == []
    (told,) = expiries.faults(found, early + datetime.timedelta(days=1))
    assert told == f"{found[1].what} ends on 2027-05-31 (charging): renew it"


def test_a_decision_that_several_stages_share_stands_there_once() -> None:
    reason = "Machines come and go. [platform, until 2027-05-31]"
    stages = [stage(name, "1", (Acknowledgement("it/Group", AS3, reason),), it={}) for name in "ab"]
    assert expiries.accepted(stages) == [
        Expiry(MAY, "platform", "acknowledgement", "`AS3` Machines come and go.")
    ]


def test_the_page_has_owners_by_their_nearest_day_and_everything_by_its_day() -> None:
    waiver = Waiver("dev", "dev-data/Table", "replaced", "It may go.", "telemetry", JUNE)
    found = [
        *expiries.waived([waiver]),
        Expiry(JUNE, "platform", "acknowledgement", "two"),
        Expiry(MAY, "platform", "acknowledgement", "one"),
    ]
    page = expiries.page(found)
    assert "| platform | 2027-05-31 | 2 |\n| telemetry | 2027-06-30 | 1 |\n" in page
    one, two, waived = (
        page.index(text) for text in ("| one |", "| two |", "| dev-data/Table, replaced: It may go")
    )
    assert one < two < waived
