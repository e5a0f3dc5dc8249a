"""What an OCSP responder's answer is worth (RFC 6960, sections 3.2 and 4.2.2.2)."""

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from services.charging.domain.ocpp201.certificate_hash_data import HashAlgorithm, OCSPRequestData

HASHES: dict[HashAlgorithm, type[hashes.HashAlgorithm]] = {
    "SHA256": hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
}


def is_named(issuer: x509.Certificate, asked: OCSPRequestData) -> bool:
    """Whether this is the issuer whose hashes were told."""
    algorithm = HASHES[asked.hash_algorithm]()
    digest = hashes.Hash(algorithm)
    digest.update(issuer.subject.public_bytes())
    itself = ocsp.OCSPRequestBuilder().add_certificate(issuer, issuer, algorithm).build()
    name, key = digest.finalize().hex(), itself.issuer_key_hash.hex()
    return (name, key) == (asked.issuer_name_hash.lower(), asked.issuer_key_hash.lower())


def question(certificate: x509.Certificate, issuer: x509.Certificate) -> OCSPRequestData | None:
    """What to ask of a certificate; None: it names no responder."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return None
    urls = [
        one.access_location.value
        for one in access.value
        if one.access_method == AuthorityInformationAccessOID.OCSP
    ]
    if not urls:
        return None
    told = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256()).build()
    return OCSPRequestData(
        hash_algorithm="SHA256",
        issuer_name_hash=told.issuer_name_hash.hex(),
        issuer_key_hash=told.issuer_key_hash.hex(),
        serial_number=f"{told.serial_number:x}",
        responder_url=urls[0],
    )


def is_signed(answer: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> bool:
    """By the certificate's issuer, or by whom it has appointed for that."""
    appointed = [one for one in answer.certificates if _is_appointed(one, issuer, at)]
    return any(_fits(answer, one.public_key()) for one in (issuer, *appointed))


def _is_appointed(responder: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    try:
        responder.verify_directly_issued_by(issuer)
        usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (InvalidSignature, TypeError, ValueError, x509.ExtensionNotFound):
        return False
    holds = responder.not_valid_before_utc <= at <= responder.not_valid_after_utc
    return holds and ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _fits(answer: ocsp.OCSPResponse, key: CertificatePublicKeyTypes) -> bool:
    algorithm = answer.signature_hash_algorithm
    try:
        match key:
            case ec.EllipticCurvePublicKey() if algorithm is not None:
                key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
            case rsa.RSAPublicKey() if algorithm is not None:
                signed = answer.tbs_response_bytes
                key.verify(answer.signature, signed, padding.PKCS1v15(), algorithm)
            case _:
                return False
    except InvalidSignature:
        return False
    return True
