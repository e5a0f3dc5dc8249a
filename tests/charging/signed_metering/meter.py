"""A meter that signs, with keys of its own."""

import json
from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Meter:
    """Counts in kWh."""

    def __init__(self, curve: ec.EllipticCurve | None = None) -> None:
        self._key = ec.generate_private_key(curve or ec.SECP256R1())

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._key.public_key()

    def key_in(self, form: str) -> str:
        """The public key as ``pem``, or ``spki``, ``point``, ``compressed`` or ``xy``, in hex or
        Base64."""
        if form == "pem":
            info = PublicFormat.SubjectPublicKeyInfo
            return self.public_key.public_bytes(Encoding.PEM, info).decode()
        kind, _, encoding = form.partition("/")
        if kind == "spki":
            data = self.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        elif kind == "compressed":
            data = self.public_key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        else:
            point = self.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            data = point if kind == "point" else point[1:]
        return data.hex().upper() if encoding == "hex" else b64encode(data).decode()

    def sign(self, payload: bytes) -> bytes:
        """In DER."""
        return self._key.sign(payload, ec.ECDSA(hashes.SHA256()))

    def record(self, *readings: dict[str, Any], **signature: Any) -> str:
        """An OCMF record; `signature` adds to its signature section, `serial` and `page` before."""
        serial = {"MS": signature.pop("serial")} if "serial" in signature else {}
        page = signature.pop("page", "T1")
        payload = json.dumps({"FV": "1.0", **serial, "PG": page, "RD": readings})
        signed = self.sign(payload.encode())
        form = signature.pop("form", "der")
        if form == "raw":
            size = (self._key.key_size + 7) // 8
            signed = b"".join(n.to_bytes(size, "big") for n in decode_dss_signature(signed))
        encoding = signature.get("SE", "hex")
        text = signed.hex() if encoding == "hex" else b64encode(signed).decode()
        return f"OCMF|{payload}|{json.dumps({'SD': text, **signature})}"


def reading(event: str, kwh: str, **more: Any) -> dict[str, Any]:
    return {
        "TM": "2026-03-01T06:00:00,000+0100 S",
        "TX": event,
        "RV": float(kwh),
        "RI": "1-b:1.8.0",
        "RU": "kWh",
        "ST": "G",
        **more,
    }
