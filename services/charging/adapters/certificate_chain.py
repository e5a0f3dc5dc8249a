"""From a contract's certificate to an authority that is trusted (ISO 15118; RFC 5280)."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.verification import Criticality, ExtensionPolicy

from services.charging.application.ports import UntrustedError

DEEPEST = 3
"""Authorities between a contract and its root, at most."""


def path(
    certificate: x509.Certificate,
    between: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> list[x509.Certificate]:
    """From a certificate to a root that is trusted, each issued by the next.

    Raises `UntrustedError`.
    """
    authorities = ExtensionPolicy.permit_all().require_present(
        x509.BasicConstraints, Criticality.AGNOSTIC, _may_issue
    )
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(roots)))
        .time(at)
        .max_chain_depth(DEEPEST)
        # Contracts are for no server and no client of the web: they name neither.
        .extension_policies(ca_policy=authorities, ee_policy=ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        return verifier.verify(certificate, list(between)).chain
    except verification.VerificationError as error:
        if any(one.not_valid_after_utc < at for one in (certificate, *between)):
            raise UntrustedError("CertificateExpired", str(error)) from error
        raise UntrustedError("CertChainError", str(error)) from error


def _may_issue(
    _policy: verification.Policy, certificate: x509.Certificate, found: x509.BasicConstraints
) -> None:
    if not found.ca:
        raise ValueError(f"{certificate.subject.rfc4514_string()} is no authority")
