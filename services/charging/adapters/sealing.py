"""Secrets that commands tell stations: kept sealed, until the station has heard them."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.charging.application.ports import NotStorableError
from services.charging.domain.masking import masked


class Seal:
    """Of a key that the database does not know."""

    def __init__(self, key: str) -> None:
        """`key`: long and random; without one nothing is sealed, and no secret kept."""
        derive = HKDF(hashes.SHA256(), length=32, salt=None, info=b"secrets of commands")
        self._fernet = Fernet(urlsafe_b64encode(derive.derive(key.encode()))) if key else None

    def closed(self, request: str) -> tuple[str, bytes | None]:
        """The request without its secrets, and all of it sealed, when it has any.

        Raises `NotStorableError`.
        """
        shown = masked(request)
        if shown == request:
            return request, None
        if self._fernet is None:
            raise NotStorableError(
                "request: it tells a secret, and there is no key to seal it with"
            )
        return shown, self._fernet.encrypt(request.encode())

    def opened(self, shown: str, sealed: bytes | None) -> str:
        """The whole request; what was sealed with a key that is gone stays without its secrets."""
        if sealed is None or self._fernet is None:
            return shown
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return shown


NO_SEAL = Seal("")
