"""Listeners in mode ``verify``: who comes shows a certificate of the trust store's authorities.

"Mutual authentication with TLS" in the guide of Application Load Balancers. The name in the
handshake says which listener is meant. A revoked certificate is refused just after the handshake,
not in it.
"""

import ssl
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote

from cryptography import x509

from embedded.front_door.authority import Authority
from embedded.front_door.deployment import Clients, Deployment
from embedded.front_door.routing import Verified, verifying

_HEADER = "x-amzn-mtls-clientcert"


class RefusedError(Exception):
    """The client's certificate admits it no more; says why."""


class _HostContext(ssl.SSLContext):
    """Of one host, and whom that lets in."""

    host: str
    clients: Clients


class Verification:
    """TLS for every verifying listener of the current deployment."""

    def __init__(self, authority: Authority, deployment: Callable[[], Deployment]) -> None:
        self._authority = authority
        self._deployment = deployment
        self._context = lru_cache(maxsize=32)(self._made)
        # OpenSSL takes this of the first context, not of the host's: every host here verifies.
        self.tls = _without_sessions(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        self.tls.verify_mode = ssl.CERT_REQUIRED
        self.tls.sni_callback = self._choose

    def _choose(
        self, handshake: ssl.SSLObject | ssl.SSLSocket, host: str | None, _: ssl.SSLContext
    ) -> int | None:
        found = verifying(self._deployment(), host.lower()) if host else None
        if host is None or found is None or found[1].clients is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        handshake.context = self._context(host.lower(), found[1].clients)
        return None

    def _made(self, host: str, clients: Clients) -> _HostContext:
        context = _HostContext(ssl.PROTOCOL_TLS_SERVER)
        _without_sessions(context)
        context.host, context.clients = host, clients
        context.load_cert_chain(self._authority.issue(host))
        context.load_verify_locations(cadata=clients.authorities)
        return context


def _without_sessions(context: ssl.SSLContext) -> ssl.SSLContext:
    """None to go on with: each connection is verified."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    return context


def verified(connection: ssl.SSLObject) -> Verified:
    """What a handshake that is over has shown; raises `RefusedError`."""
    context = connection.context
    presented = connection.getpeercert(binary_form=True)
    if not isinstance(context, _HostContext) or not presented:
        raise RefusedError("no certificate was verified")
    certificate = x509.load_der_x509_certificate(presented)
    if _is_revoked(certificate, context.clients.revoked):
        raise RefusedError(f"{certificate.serial_number:x} is revoked")
    return Verified(context.host, _told(certificate, ssl.DER_cert_to_PEM_cert(presented)))


def _is_revoked(certificate: x509.Certificate, lists: tuple[str, ...]) -> bool:
    for text in lists:
        revoked = x509.load_pem_x509_crl(text.encode())
        listed = revoked.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if listed is not None and revoked.issuer == certificate.issuer:
            return True
    return False


def _told(certificate: x509.Certificate, leaf: str) -> tuple[tuple[str, str], ...]:
    since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return (
        (f"{_HEADER}-leaf", quote(leaf, safe="+=/")),
        (f"{_HEADER}-serial-number", f"{certificate.serial_number:X}"),
        (f"{_HEADER}-subject", certificate.subject.rfc4514_string()),
        (f"{_HEADER}-issuer", certificate.issuer.rfc4514_string()),
        (f"{_HEADER}-validity", f"NotBefore={since:%FT%TZ};NotAfter={until:%FT%TZ}"),
    )
