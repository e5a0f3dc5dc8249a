"""Public keys of meters, and whether a signature is theirs (ECDSA, FIPS 186-5).

Stations and their papers show keys in many forms: as ``SubjectPublicKeyInfo`` (RFC 5480) in PEM,
hex or Base64, or as nothing but the point of the curve; stations that tell theirs over OCPP put
``oca:base16:asn1:`` before it, and Base64 around both.
"""

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

_CURVES: dict[str, ec.EllipticCurve] = {
    "secp192r1": ec.SECP192R1(),
    "secp256r1": ec.SECP256R1(),
    "secp256k1": ec.SECP256K1(),
    "secp384r1": ec.SECP384R1(),
    "secp521r1": ec.SECP521R1(),
    "brainpool256r1": ec.BrainpoolP256R1(),
    "brainpool384r1": ec.BrainpoolP384R1(),
}
"""By the names that OCMF gives them. It names ``secp192k1``, too, which OpenSSL does not have."""
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}
_SIZES = {(curve.key_size + 7) // 8 for curve in _CURVES.values()}
_POINT_BYTES = {2 * size for size in _SIZES} | {2 * size + 1 for size in _SIZES}
_COMPRESSED_BYTES = {size + 1 for size in _SIZES}
_COMPRESSED = (b"\x02", b"\x03")
_ENVELOPE = re.compile(r"oca:base(16|64):asn1:")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----(.*)-----END PUBLIC KEY-----", re.DOTALL)


class UnusableKeyError(ValueError):
    """No public key of a meter; says what is wrong."""


class UnknownAlgorithmError(ValueError):
    """A signature of a kind that nobody here can check; names it."""


@dataclass(frozen=True, slots=True)
class MeterKey:
    """A public key: of a curve of its own, or a mere point of the curve that a record names."""

    data: bytes

    @classmethod
    def of(cls, text: str) -> "MeterKey":
        """Read a key in any of its forms; raises `UnusableKeyError`."""
        key = cls(_bytes(text))
        if key.data[:1] == b"\x30":
            key.on_own_curve()
        elif not (key.is_compressed or len(key.data) in _POINT_BYTES):
            raise UnusableKeyError(f"no key and no point of a curve: {len(key.data)} bytes")
        return key

    def verifies(self, algorithm: str, payload: bytes, signature: bytes) -> bool:
        """Whether the owner of this key signed the payload; raises `UnknownAlgorithmError`."""
        curve, hash_ = _parameters(algorithm)
        try:
            public = self.on_own_curve() if self.data[:1] == b"\x30" else self._on(curve)
            public.verify(_as_der(signature, public.curve), payload, ec.ECDSA(hash_))
        except (InvalidSignature, UnusableKeyError):
            return False
        return True

    @property
    def is_compressed(self) -> bool:
        """Whether it is a point of which one coordinate is left out (SEC 1, section 2.3.3)."""
        return len(self.data) in _COMPRESSED_BYTES and self.data[:1] in _COMPRESSED

    def on_own_curve(self) -> ec.EllipticCurvePublicKey:
        """The key as it names its curve; raises `UnusableKeyError`."""
        try:
            public = load_der_public_key(self.data)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise UnusableKeyError(f"no public key that can be used: {error}") from error
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise UnusableKeyError("not a key of an elliptic curve")
        return public

    def _on(self, curve: ec.EllipticCurve) -> ec.EllipticCurvePublicKey:
        is_whole = self.is_compressed or len(self.data) % 2
        point = self.data if is_whole else b"\x04" + self.data
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise UnusableKeyError(f"no point of {curve.name}") from error


def _bytes(text: str) -> bytes:
    pem = _PEM.search(text)
    compact = _ENVELOPE.sub("", "".join((pem[1] if pem else text).split()), count=1)
    try:
        return bytes.fromhex(compact)
    except ValueError:
        pass
    try:
        data = b64decode(compact, validate=True)
    except (ValueError, binascii.Error) as error:
        raise UnusableKeyError("neither PEM nor hex nor Base64") from error
    try:
        return bytes.fromhex(_ENVELOPE.sub("", data.decode("ascii"), count=1))
    except ValueError:
        return data


def _parameters(algorithm: str) -> tuple[ec.EllipticCurve, hashes.HashAlgorithm]:
    parts = re.fullmatch(r"ECDSA-(\w+)-(SHA\d+)", algorithm)
    curve = _CURVES.get(parts[1].lower().replace("brainpoolp", "brainpool")) if parts else None
    hash_ = _HASHES.get(parts[2]) if parts else None
    if curve is None or hash_ is None:
        raise UnknownAlgorithmError(f"signed by {algorithm[:50]!r}, which cannot be checked")
    return curve, hash_


def _as_der(signature: bytes, curve: ec.EllipticCurve) -> bytes:
    """OCMF asks for DER; some meters write the two numbers one after the other."""
    size = (curve.key_size + 7) // 8
    if len(signature) != 2 * size:
        return signature
    return encode_dss_signature(
        int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    )
