"""What a station must show, by its security profile."""

import pytest

from services.charging.domain.admission import Admission, Certified, Proof, SecurityProfile, Shown
from services.charging.domain.stations import StationKey, new_key

HEX = "0123456789ABCDEFabcd0123456789abcdefabcd"
KEY = StationKey.of("a-long-and-random-key")
NEXT = StationKey.of("a-longer-and-newer-key")
OTHER = StationKey.of("a-key-whose-answer-was-lost")
BASIC, TLS_BASIC, CERTIFICATE = SecurityProfile


def shown(password: str = "", user: str = "CP1", certified: str | None = None) -> Shown:
    by = None if certified is None else Certified(*certified.split("/"))
    return Shown(user=user.encode(), password=password.encode(), certified=by)


@pytest.mark.parametrize(
    ("profile", "said", "proof"),
    [
        (BASIC, shown("a-long-and-random-key"), Proof.KEY),
        (TLS_BASIC, shown("a-long-and-random-key"), Proof.KEY),
        (BASIC, shown("a-longer-and-newer-key"), Proof.NEXT_KEY),
        (BASIC, shown("a-key-whose-answer-was-lost"), Proof.NEXT_KEY),
        (BASIC, shown("a-long-and-random-key", user="CP2"), None),
        (BASIC, shown("another"), None),
        (BASIC, shown(), None),
        (BASIC, shown(certified="CP1/2"), Proof.CERTIFICATE),
        (BASIC, shown("a-long-and-random-key", certified="CP2/2"), None),
        (CERTIFICATE, shown("a-long-and-random-key"), None),
        (CERTIFICATE, shown(certified="CP1/2"), Proof.CERTIFICATE),
        (CERTIFICATE, shown(certified="CP2/2"), None),
        (CERTIFICATE, shown(certified="CP1/1"), None),
        (BASIC, shown("a-long-and-random-key", certified="CP1/1"), None),
    ],
)
def test_what_each_profile_asks_for(
    profile: SecurityProfile, said: Shown, proof: Proof | None
) -> None:
    admission = Admission(
        station_id="CP1",
        company="own",
        profile=profile,
        key=KEY,
        next_keys=[OTHER, NEXT],
        epoch=1,
        revoked=["1"],
    )
    assert admission.proof(said) is proof


@pytest.mark.parametrize("known", [HEX.lower(), HEX.upper()])
def test_a_key_in_hex_may_be_sent_as_its_bytes(known: str) -> None:
    key = StationKey.of(known)
    assert key.matches(known.encode())
    assert key.matches(bytes.fromhex(known))
    assert not key.matches(bytes.fromhex(known)[:-1])
    assert not key.matches(known.encode().hex().encode())


def test_a_new_key_fits_both_versions() -> None:
    key = new_key()
    assert (len(key), len(bytes.fromhex(key))) == (40, 20)
    assert key != new_key()
