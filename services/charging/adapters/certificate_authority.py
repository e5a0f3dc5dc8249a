"""The authority of stations' certificates whose key is this program's own.

The key comes from Secrets Manager (docs/decisions/station-authority.md) and is nowhere else.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.charging.domain.station_certificates import (
    Revoked,
    StationCertificate,
    serial,
)

VALID_FOR = timedelta(days=365)
CLOCKS_DIFFER = timedelta(minutes=5)
"""A station whose clock is late must not find its certificate too new."""


class LocalAuthority:
    """See `services.charging.application.station_certificates.CertificateAuthority`."""

    def __init__(self, certificate: str, key: str) -> None:
        """Both in PEM: the authority's own certificate first, then those it was signed by, if any.

        Raises `ValueError` when they are no authority's.
        """
        self._chain = x509.load_pem_x509_certificates(certificate.encode())
        loaded = load_pem_private_key(key.encode(), password=None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise ValueError("the authority's key is neither RSA nor of an elliptic curve")
        self._key = loaded
        self._authority = self._chain[0]
        if self._authority.public_key() != loaded.public_key():
            raise ValueError("the authority's certificate is not of its key")
        usage = self._authority.extensions.get_extension_for_class(x509.BasicConstraints)
        if not usage.value.ca:
            raise ValueError("the authority's certificate is not one of an authority")

    @property
    def organisation(self) -> str | None:
        """The authority's own."""
        names = self._authority.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return str(names[0].value) if names else None

    async def sign(
        self, request: x509.CertificateSigningRequest, station_id: str, digest: bytes, at: datetime
    ) -> StationCertificate:
        """Valid for a year, and never longer than the authority; for TLS as a client only."""
        # On a thread: with a long RSA key it takes a while.
        certificate = await asyncio.to_thread(self._sign, request, at)
        chain = [certificate, *self._chain]
        return StationCertificate(
            id=uuid4(),
            station_id=station_id,
            serial=serial(certificate),
            chain="".join(one.public_bytes(Encoding.PEM).decode() for one in chain),
            request_digest=digest,
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
        )

    @property
    def ends(self) -> datetime:
        """Of its own certificate."""
        return self._authority.not_valid_after_utc

    async def revocation_list(self, revoked: Sequence[Revoked], at: datetime) -> str:
        """In PEM; ends with the authority."""
        return await asyncio.to_thread(self._revocation_list, revoked, at)

    def _revocation_list(self, revoked: Sequence[Revoked], at: datetime) -> str:
        listed = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._authority.subject)
            .last_update(at)
            # An end before that would some day lock every station out.
            .next_update(max(self.ends, at + CLOCKS_DIFFER))
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        for one in revoked:
            listed = listed.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(int(one.serial, 16))
                .revocation_date(one.at)
                .build()
            )
        return listed.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    def _sign(self, request: x509.CertificateSigningRequest, at: datetime) -> x509.Certificate:
        key, issuer = request.public_key(), self._authority
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=isinstance(key, rsa.RSAPublicKey),
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        return (
            x509.CertificateBuilder()
            .subject_name(request.subject)
            .issuer_name(issuer.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - CLOCKS_DIFFER)
            .not_valid_after(min(at + VALID_FOR, issuer.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
