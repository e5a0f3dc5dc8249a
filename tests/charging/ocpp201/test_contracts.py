"""C07: a vehicle charges by its contract, when its certificate counts."""

from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from services.charging.adapters.contract_trust import ContractTrust
from services.charging.adapters.ocsp_responders import OcspResponders
from services.charging.domain.tokens import Token, TokenStatus
from tests.charging.company import Company
from tests.charging.ocpp201.contracts import NOW, Holder, Responder, appointed, root
from tests.charging.official import OCPP_2_0_1

EMAID = "DE-8AA-C12345678-X"
UID = "DE8AAC12345678X"


class World:
    """An authority that is trusted, with one under it that issues contracts."""

    def __init__(self) -> None:
        self.root = root()
        self.issuer = self.root.issue("Contracts", is_authority=True)
        self.contract = self.issuer.issue(EMAID)
        self.responder = Responder(
            [self.issuer, self.contract], [self.root, self.issuer, self.contract]
        )
        self.trusted = self.root.pem + self.issuer.pem

    def knows(self, contract: Holder) -> None:
        self.contract = contract
        self.responder.holders = [*self.responder.holders, contract]

    async def authorize(self, *, by_hashes: bool, trusted: str | None = None) -> Any:
        """Both sides are held against the official schemas."""
        statuses = OcspResponders(["ocsp.example.com"], lambda: NOW, self.responder)
        trust = ContractTrust(trusted or self.trusted, statuses, lambda: NOW)
        company = Company(trust=trust)
        company.ledger.known[UID] = Token(UID, TokenStatus.ACCEPTED, "Ada")
        said: dict[str, Any] = {"idToken": {"idToken": UID.lower(), "type": "eMAID"}}
        if by_hashes:
            told = [self.contract.hash_data, self.issuer.hash_data]
            said["iso15118CertificateHashData"] = told
        else:
            said["certificate"] = self.contract.pem + self.issuer.pem
        OCPP_2_0_1.check("AuthorizeRequest", said)
        answer = await company.call_in("ocpp2.0.1", "Authorize", said)
        OCPP_2_0_1.check("AuthorizeResponse", answer)
        return answer["certificateStatus"], answer["idTokenInfo"]["status"]


both = pytest.mark.parametrize("by_hashes", [True, False])


@both
async def test_a_contract_that_counts(by_hashes: bool) -> None:
    world = World()
    assert await world.authorize(by_hashes=by_hashes) == ("Accepted", "Accepted")


async def test_a_contract_whose_chain_the_station_cannot_check_needs_its_root_alone() -> None:
    world = World()
    assert await world.authorize(by_hashes=False, trusted=world.root.pem) == (
        "Accepted",
        "Accepted",
    )
    # By hashes, nobody knows the authority between: whose signature of a status would count?
    assert await world.authorize(by_hashes=True, trusted=world.root.pem) == (
        "CertChainError",
        "Invalid",
    )


@both
async def test_a_contract_of_nobody_here(by_hashes: bool) -> None:
    world = World()
    world.knows(world.issuer.issue("DE8AAC99999999X"))
    if by_hashes:
        # Whose it is, the station has read.
        assert await world.authorize(by_hashes=True) == ("Accepted", "Accepted")
    else:
        assert await world.authorize(by_hashes=False) == ("CertChainError", "Invalid")


@both
@pytest.mark.parametrize("who", ["contract", "issuer"])
async def test_revoked(by_hashes: bool, who: str) -> None:
    world = World()
    world.responder.revoked.append(getattr(world, who).certificate)
    assert await world.authorize(by_hashes=by_hashes) == ("CertificateRevoked", "Invalid")


@both
async def test_nobody_says_whether_it_is_revoked(by_hashes: bool) -> None:
    world = World()
    world.responder.is_away = True
    assert await world.authorize(by_hashes=by_hashes) == ("NoCertificateAvailable", "Invalid")


@both
async def test_a_status_is_signed_by_its_issuer_or_whom_it_appoints(by_hashes: bool) -> None:
    world = World()
    world.issuer = world.root
    world.knows(world.root.issue(EMAID))
    for signs, status in (
        (appointed(world.root), "Accepted"),
        (appointed(root()), "SignatureError"),
        (appointed(world.root, ExtendedKeyUsageOID.CLIENT_AUTH), "SignatureError"),
    ):
        world.responder.signs = signs
        statuses = OcspResponders(["ocsp.example.com"], lambda: NOW, world.responder)
        trust = ContractTrust(world.trusted, statuses, lambda: NOW)
        company = Company(trust=trust)
        said: dict[str, Any] = {"idToken": {"idToken": UID, "type": "eMAID"}}
        if by_hashes:
            said["iso15118CertificateHashData"] = [world.contract.hash_data]
        else:
            said["certificate"] = world.contract.pem
        answer = await company.call_in("ocpp2.0.1", "Authorize", said)
        assert answer["certificateStatus"] == status


async def test_chains_that_lead_nowhere() -> None:
    for name, status in (
        ("ended", "CertificateExpired"),
        ("of a stranger", "CertChainError"),
        ("of one of the same name", "CertChainError"),
        ("by the holder of a contract", "CertChainError"),
        ("without a responder", "NoCertificateAvailable"),
    ):
        world = World()
        issued = {
            "ended": world.issuer.issue(EMAID, days=-1),
            "of a stranger": root("Stranger").issue(EMAID),
            "of one of the same name": root("Contracts").issue(EMAID),
            "by the holder of a contract": world.contract.issue(EMAID),
            "without a responder": world.issuer.issue(EMAID, responder=None),
        }
        world.knows(issued[name])
        assert await world.authorize(by_hashes=False) == (status, "Invalid"), name


async def test_a_certificate_that_is_none() -> None:
    world = World()
    company = Company(
        trust=ContractTrust(
            world.trusted, OcspResponders(["x"], lambda: NOW, world.responder), lambda: NOW
        )
    )
    said = {"idToken": {"idToken": UID, "type": "eMAID"}, "certificate": "none"}
    answer = await company.call_in("ocpp2.0.1", "Authorize", said)
    assert answer["certificateStatus"] == "CertChainError"
