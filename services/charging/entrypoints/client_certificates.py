"""Client certificates of stations, by whoever ended their TLS: the load balancer, or the gateway.

An Application Load Balancer that verifies clients hands their certificate on in
``X-Amzn-Mtls-Clientcert-Leaf``. The header counts only on connections that come from it.
"""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import unquote

from cryptography import x509
from cryptography.x509.oid import NameOID
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers

from contracts.routes import CLIENT_CERTIFICATE
from services.charging.domain.admission import Certified
from services.charging.domain.station_certificates import serial


@dataclass(frozen=True, slots=True)
class ClientCertificates:
    """Finds what a certificate vouches for."""

    verified_by: Sequence[IPv4Network | IPv6Network] = ()
    """Networks of the load balancer that verifies clients; of none, when there is none."""

    @classmethod
    def of(cls, networks: str) -> "ClientCertificates":
        """`networks`: in CIDR notation, with commas between; raises `ValueError`."""
        return cls([ip_network(one.strip()) for one in networks.split(",") if one.strip()])

    def shown(self, connection: ServerConnection, headers: Headers) -> Certified | None:
        """The verified certificate; None when there is none."""
        ended_here = connection.transport.get_extra_info("ssl_object")
        if isinstance(ended_here, ssl.SSLObject):
            presented = ended_here.getpeercert(binary_form=True)
            return _certified(x509.load_der_x509_certificate(presented)) if presented else None
        leaves = headers.get_all(CLIENT_CERTIFICATE)
        # The load balancer says it once: of two, one is somebody else's.
        if len(leaves) != 1 or not self._is_load_balancer(connection):
            return None
        try:
            return _certified(x509.load_pem_x509_certificate(unquote(leaves[0]).encode()))
        except ValueError:
            return None

    def _is_load_balancer(self, connection: ServerConnection) -> bool:
        peer = ip_address(connection.remote_address[0])
        return any(peer in network for network in self.verified_by)


NO_LOAD_BALANCER = ClientCertificates()


def _certified(certificate: x509.Certificate) -> Certified | None:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Certified(str(names[0].value), serial(certificate)) if len(names) == 1 else None


def tls(
    certificate_file: str, key_file: str, station_authorities_file: str
) -> ssl.SSLContext | None:
    """TLS 1.2 or newer; stations may show a certificate of one of their authorities.

    None without a certificate of ours.
    """
    if not certificate_file:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate_file, key_file)
    if station_authorities_file:
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(station_authorities_file)
    return context
