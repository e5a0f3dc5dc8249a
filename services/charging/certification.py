"""What of the program deals with certificates, as far as its settings ask for it."""

import boto3

from contracts.settings import ChargingSettings
from services.charging.adapters.certificate_authority import LocalAuthority
from services.charging.adapters.contract_certificates import ContractCertificateService
from services.charging.adapters.contract_trust import ContractTrust
from services.charging.adapters.ocsp_responders import OcspResponders
from services.charging.adapters.postgresql.database import Database
from services.charging.adapters.postgresql.revocations import PostgresRevocations
from services.charging.adapters.system_clock import utc_now
from services.charging.adapters.trust_store import LoadBalancerTrustStore
from services.charging.application.revocations import PUBLISH_EVERY, Revocations
from services.charging.application.rounds import Rounds
from services.charging.application.station_certificates import LOOK_EVERY, StationCertificates


def authority_of(settings: ChargingSettings) -> LocalAuthority | None:
    """Who signs stations' certificates; None: an operator has them signed."""
    if not settings.station_authority_certificate:
        return None
    return LocalAuthority(settings.station_authority_certificate, settings.station_authority_key)


def revocations_of(
    settings: ChargingSettings, authority: LocalAuthority | None, database: Database
) -> Revocations | None:
    """Tells the load balancer which were revoked; None: there is no list, or nobody to tell."""
    if authority is None or not settings.station_trust_store_arn:
        return None
    trust_store = LoadBalancerTrustStore(
        boto3.client("elbv2"),
        boto3.client("s3"),
        settings.station_trust_store_arn,
        settings.station_revocations,
    )
    return Revocations(authority, PostgresRevocations(database), trust_store, utc_now)


def statuses_of(settings: ChargingSettings) -> OcspResponders | None:
    """Who is asked for the state of a certificate (OCSP); None: nobody is trusted."""
    if not settings.ocsp_hosts:
        return None
    return OcspResponders(settings.ocsp_hosts.split(","), utc_now)


def trust_of(settings: ChargingSettings, statuses: OcspResponders | None) -> ContractTrust | None:
    """Whose contracts of vehicles count; None: nobody's."""
    if statuses is None or not settings.contract_authorities:
        return None
    return ContractTrust(settings.contract_authorities, statuses, utc_now)


def contracts_of(settings: ChargingSettings) -> ContractCertificateService | None:
    """Who is asked for vehicles' certificates (ISO 15118); None: nobody."""
    if not settings.contract_certificates_url:
        return None
    return ContractCertificateService(
        settings.contract_certificates_url, settings.contract_certificates_token
    )


def rounds_of(issuer: StationCertificates | None, revocations: Revocations | None) -> list[Rounds]:
    """What each node looks after, of those that there are."""
    rounds = []
    if issuer:
        rounds.append(Rounds(issuer.renew, every=LOOK_EVERY, failed="no certificates are renewed"))
    if revocations:
        rounds.append(
            Rounds(
                revocations.publish,
                every=PUBLISH_EVERY,
                failed="revoked certificates are not published",
            )
        )
    return rounds
