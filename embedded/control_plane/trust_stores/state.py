"""Trust stores: by ARN the name, the bundle, and the lists of revoked certificates by their number.

All are copied when they are given, as Elastic Load Balancing does.
"""

from collections.abc import Callable
from typing import Any

from cryptography import x509
from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region
from ministack.services import alb, s3

Record = dict[str, Any]
Read = Callable[[str], Any]
"""What a request or a template says, by name; nothing or None where it does not."""

stores = AccountRegionScopedDict()


class RefusedError(Exception):
    """An exception of the API, and what it says."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def made(name: str, bundle: str) -> Record:
    """One more."""
    arn = (
        f"arn:aws:elasticloadbalancing:{get_region()}:{get_account_id()}"
        f":truststore/{name}/{alb._short_id()}"
    )
    made = {"TrustStoreArn": arn, "Name": name, "Bundle": bundle, "Revocations": {}, "Added": 0}
    stores[arn] = made
    return made


def store_of(parameters: Record) -> Record:
    """The one that a request names."""
    arn = alb._p(parameters, "TrustStoreArn")
    if arn not in stores:
        raise RefusedError("TrustStoreNotFound", f"there is no trust store {arn}")
    found: Record = stores[arn]
    return found


def bundle(given: Read) -> str:
    """The certificates of authorities that a request or a template names."""
    text = content(
        lambda part: given(f"CaCertificatesBundle{part}"), missing="CaCertificatesBundleNotFound"
    )
    try:
        x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise RefusedError("InvalidCaCertificatesBundle", str(error)) from error
    return text


def must_be_of(store: Record, text: str) -> None:
    """A list counts when an authority of the bundle has signed it."""
    try:
        revoked = x509.load_pem_x509_crl(text.encode())
    except ValueError as error:
        raise RefusedError("InvalidRevocationContent", str(error)) from error
    authorities = x509.load_pem_x509_certificates(store["Bundle"].encode())
    if not any(
        authority.subject == revoked.issuer and _has_signed(authority, revoked)
        for authority in authorities
    ):
        raise RefusedError("InvalidRevocationContent", "no authority of the bundle has signed it")


def _has_signed(authority: x509.Certificate, revoked: x509.CertificateRevocationList) -> bool:
    key: Any = authority.public_key()  # of a kind that signs: it is an authority's
    return bool(revoked.is_signature_valid(key))


def content(given: Read, *, missing: str) -> str:
    """Of the object that is named."""
    bucket, key = given("S3Bucket"), given("S3Key")
    data = s3._get_object_data(bucket, key, given("S3ObjectVersion") or None)
    if data is None:
        raise RefusedError(missing, f"there is no s3://{bucket}/{key}")
    text: str = data.decode()
    return text


def count(store: Record) -> int:
    """Of the authorities in its bundle."""
    return len(x509.load_pem_x509_certificates(store["Bundle"].encode()))


def entries(text: str) -> int:
    """Of a list of revoked certificates."""
    return len(x509.load_pem_x509_crl(text.encode()))
