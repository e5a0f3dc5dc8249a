"""Certificates as their hashes, for their status and removal (RFC 6960)."""

from typing import Literal

import msgspec

from services.charging.domain.ocpp201.types import Message, String40, String128, String512

HashAlgorithm = Literal["SHA256", "SHA384", "SHA512"]


class CertificateHashData(Message, frozen=True, kw_only=True):
    """A certificate, by hashes of its issuer and its serial number."""

    hash_algorithm: HashAlgorithm
    issuer_name_hash: String128
    issuer_key_hash: String128
    serial_number: String40


class OCSPRequestData(Message, frozen=True, kw_only=True):
    """A certificate and who can tell its status."""

    hash_algorithm: HashAlgorithm
    issuer_name_hash: String128
    issuer_key_hash: String128
    serial_number: String40
    responder_url: String512 = msgspec.field(name="responderURL")
