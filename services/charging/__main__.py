"""Runs the charging program: everything is built here, once."""

import asyncio
import os
import signal
from uuid import uuid4

import boto3

from contracts.access_tokens import AccessTokens
from contracts.partners import clients_read
from contracts.settings import ChargingSettings
from contracts.task_address import task_address
from contracts.tracing.xray import tracing
from services.charging import certification
from services.charging.adapters.ecs_task import EcsTask, own_task
from services.charging.adapters.metrics_log import MetricsLog
from services.charging.adapters.metrics_page import MetricsPage
from services.charging.adapters.outbox_relay import QUEUE_WITHIN, OutboxRelay
from services.charging.adapters.postgresql.campaigns import PostgresCampaigns
from services.charging.adapters.postgresql.changes import PostgresChanges
from services.charging.adapters.postgresql.commands import PostgresCommands
from services.charging.adapters.postgresql.connections import PostgresConnections
from services.charging.adapters.postgresql.database import Database, conninfo
from services.charging.adapters.postgresql.device_models import PostgresDeviceModels
from services.charging.adapters.postgresql.idempotency import PostgresIdempotencyKeys
from services.charging.adapters.postgresql.ledger import PostgresLedger
from services.charging.adapters.postgresql.message_log import PostgresMessageLog
from services.charging.adapters.postgresql.meter_readings import PostgresMeterReadings
from services.charging.adapters.postgresql.notifications import PostgresNotifications
from services.charging.adapters.postgresql.quarantine import PostgresQuarantine
from services.charging.adapters.postgresql.reservations import PostgresReservations
from services.charging.adapters.postgresql.signed_metering import PostgresSignedMetering
from services.charging.adapters.postgresql.signed_values import PostgresSignedRecords
from services.charging.adapters.postgresql.site_views import PostgresSiteViews
from services.charging.adapters.postgresql.sites.book import PostgresSiteBook
from services.charging.adapters.postgresql.sites.days import PostgresSiteDays
from services.charging.adapters.postgresql.sites.report_views import PostgresSiteReportViews
from services.charging.adapters.postgresql.sites.reports import PostgresSiteReports
from services.charging.adapters.postgresql.sites.sites import PostgresSites
from services.charging.adapters.postgresql.standings import PostgresStandings
from services.charging.adapters.postgresql.station_certificates import PostgresStationCertificates
from services.charging.adapters.postgresql.station_reports import PostgresStationReports
from services.charging.adapters.postgresql.station_security import PostgresStationSecurity
from services.charging.adapters.postgresql.station_views import PostgresStationViews
from services.charging.adapters.postgresql.stations import PostgresStations
from services.charging.adapters.postgresql.tariffs import PostgresSiteTariffs, PostgresTariffs
from services.charging.adapters.postgresql.token_caches import PostgresTokenCaches
from services.charging.adapters.postgresql.tokens import PostgresTokens
from services.charging.adapters.postgresql.views import PostgresViews
from services.charging.adapters.postgresql.waiting_stops import PostgresWaitingStops
from services.charging.adapters.sealing import Seal
from services.charging.adapters.surplus_queue import SqsSurplusQueue
from services.charging.adapters.system_clock import utc_now
from services.charging.application import stop_matching, token_caches
from services.charging.application.campaigns import Campaigns
from services.charging.application.central_systems import central_systems
from services.charging.application.certificate_answers import CertificateAnswers
from services.charging.application.changes import Changes
from services.charging.application.commands import CommandDelivery, Commands
from services.charging.application.conversation import Conversation, Message
from services.charging.application.device_answers import DeviceAnswers
from services.charging.application.key_rotation import KeyRotation
from services.charging.application.metrics import Metrics
from services.charging.application.ports import Store
from services.charging.application.remote_control import RemoteControl
from services.charging.application.rounds import Rounds
from services.charging.application.smart_charging.news import PlannedLedger, PlannedSiteReports
from services.charging.application.smart_charging.planning import SitePlanning
from services.charging.application.smart_charging.profile_answers import ProfileAnswers
from services.charging.application.smart_charging.surplus_intake import SurplusIntake
from services.charging.application.smart_charging.telling import Telling
from services.charging.application.station_certificates import StationCertificates
from services.charging.application.stop_assignment import StopAssignments
from services.charging.application.stop_matching import MatchingLedger
from services.charging.application.token_caches import TokenCaches
from services.charging.configurations import configurations
from services.charging.entrypoints import garbage
from services.charging.entrypoints.client_certificates import ClientCertificates, tls
from services.charging.entrypoints.gateway import Gateway
from services.charging.entrypoints.json_log import log_as_json
from services.charging.entrypoints.notices import notices
from services.charging.entrypoints.program import Program
from services.charging.entrypoints.rest.app import rest_api
from services.charging.entrypoints.rest.campaigns import campaigns_router
from services.charging.entrypoints.rest.changes import changes_router
from services.charging.entrypoints.rest.commands import commands_router
from services.charging.entrypoints.rest.device_models import device_models_router
from services.charging.entrypoints.rest.driver import driver_router
from services.charging.entrypoints.rest.health import health_router
from services.charging.entrypoints.rest.messages import messages_router
from services.charging.entrypoints.rest.metrics import metrics_router
from services.charging.entrypoints.rest.quarantine import quarantine_router
from services.charging.entrypoints.rest.registry import registry_router
from services.charging.entrypoints.rest.remote_control import remote_control_router
from services.charging.entrypoints.rest.session_preferences import (
    driver_preferences_router,
    session_preferences_router,
)
from services.charging.entrypoints.rest.sessions import sessions_router
from services.charging.entrypoints.rest.signed_values import signed_values_router
from services.charging.entrypoints.rest.site_reports import site_reports_router
from services.charging.entrypoints.rest.site_tariffs import site_tariffs_router
from services.charging.entrypoints.rest.sites import sites_router
from services.charging.entrypoints.rest.station_security import station_security_router
from services.charging.entrypoints.rest.stations import stations_router
from services.charging.entrypoints.rest.tokens import tokens_router
from services.charging.entrypoints.rest.waiting_stops import waiting_stops_router
from services.charging.entrypoints.traces import carried_out
from services.charging.holdings import holdings
from services.charging.retention import retention_of


def bootstrap(settings: ChargingSettings, address: str, task: EcsTask | None) -> Program:
    """Build the program; nothing runs yet."""
    database_conninfo = conninfo(
        host=settings.database_host,
        port=settings.database_port,
        name=settings.database_name,
        username=settings.database_username,
        password=settings.database_password,
    )
    database, traces = Database(database_conninfo), tracing("charging", settings.traced_share)
    questions = Database(
        database_conninfo, connections=5, seconds_a_statement=settings.slowest_question_seconds
    )
    session_events = boto3.client("sqs", config=QUEUE_WITHIN)
    relay = OutboxRelay(database, session_events, settings.session_events_queue_url, traces)
    stations, tokens = PostgresStations(database), PostgresTokens(database)
    views, station_views = PostgresViews(questions), PostgresStationViews(questions)
    connections = PostgresConnections(database, uuid4())
    seal = Seal(settings.sealing_key)
    command_book = PostgresCommands(database, seal)
    commands = Commands(command_book)
    site_book = PostgresSiteBook(database)
    planning = SitePlanning(site_book, Telling(commands), utc_now)
    waiting_stops = PostgresWaitingStops(database)
    ledger = MatchingLedger(
        PlannedLedger(PostgresLedger(database, events_committed=relay.notify), planning.changed),
        waiting_stops,
        utc_now,
    )
    device_models = PostgresDeviceModels(database)
    certificates = PostgresStationCertificates(database)
    authority = certification.authority_of(settings)
    issuer = StationCertificates(authority, certificates, commands, utc_now) if authority else None
    statuses = certification.statuses_of(settings)
    store = Store(
        tokens=tokens,
        tariffs=PostgresTariffs(database),
        register=PostgresStationReports(database),
        ledger=ledger,
        readings=PostgresMeterReadings(database),
        signed=PostgresSignedRecords(database),
        notifications=PostgresNotifications(database),
        device_models=device_models,
        sites=PlannedSiteReports(PostgresSiteReports(database), planning.changed),
        reservations=PostgresReservations(database),
        quarantine=PostgresQuarantine(database),
        issuer=issuer,
        statuses=statuses,
        trust=certification.trust_of(settings, statuses),
        contracts=certification.contracts_of(settings),
    )
    sites = PostgresSites(database)
    surplus_queue = SqsSurplusQueue(boto3.client("sqs"), settings.site_surplus_queue_url)
    surplus_intake = SurplusIntake(surplus_queue, sites, planning.changed)
    remote_control = RemoteControl(commands, utc_now)
    campaign_book = PostgresCampaigns(database, seal)
    campaigns = Campaigns(campaign_book)
    changes = Changes(PostgresChanges(database))
    message_log = PostgresMessageLog(database, kept_days=settings.messages_kept_days)
    security = PostgresStationSecurity(database)
    held = holdings(
        database,
        commands,
        DeviceAnswers(device_models).learn,
        stations=station_views,
        views=views,
        remote_control=remote_control,
        clock=utc_now,
    )
    configured = configurations(database, commands, stations=station_views, views=views)
    systems = central_systems(store, utc_now)
    metrics = Metrics({action for system in systems for action in system.actions})

    def look_on(message: Message) -> None:
        message_log.add(message)
        metrics.add(message)

    gateway = Gateway(
        central_systems=systems,
        connections=connections,
        commands=CommandDelivery(
            command_book,
            learn=CertificateAnswers(
                certificates,
                ProfileAnswers(site_book, held.learn).learn,
            ).learn,
            keys=KeyRotation(security),
            registrations=store.registrations,
            clock=utc_now,
            traced=carried_out(traces),
        ),
        conversation=lambda station_id: Conversation(station_id, look_on, utc_now),
        keys=security,
        issued=certificates,
        registrations=store.registrations,
        certificates=ClientCertificates.of(settings.client_verifying_networks),
        tls=tls(
            settings.gateway_certificate_file,
            settings.gateway_key_file,
            settings.station_authorities_file,
        ),
        proxies=settings.proxies,
        not_admitted=metrics.not_admitted,
        tracing=traces,
    )
    metrics_log = MetricsLog(
        metrics,
        PostgresStandings(database),
        gateway.connected,
        utc_now,
        authority_ends=authority.ends if authority else None,
    )
    verifier = AccessTokens(
        user_pool_endpoint=boto3.client("cognito-idp").meta.endpoint_url,
        user_pool_id=settings.user_pool_id,
        client_ids=(settings.operator_client_id, settings.driver_client_id),
        machines=clients_read(settings.partner_clients),
    )

    async def check() -> None:
        gateway.check_serving()
        await database.check_migrated()

    api = rest_api(
        verifier=verifier,
        keys=PostgresIdempotencyKeys(database),
        operators=[
            registry_router(views=PostgresSiteViews(questions), sites=stations),
            stations_router(views=station_views, stations=stations),
            tokens_router(views=views, tokens=tokens),
            *held.routers,
            remote_control_router(
                stations=station_views, views=views, remote_control=remote_control
            ),
            commands_router(stations=station_views, views=views, commands=commands),
            campaigns_router(book=campaign_book, campaigns=campaigns, views=views),
            sessions_router(views=views),
            quarantine_router(views=views),
            waiting_stops_router(
                stops=waiting_stops,
                assignments=StopAssignments(ledger, utc_now),
                views=views,
                clock=utc_now,
            ),
            device_models_router(views=views),
            *configured.routers,
            messages_router(views=views),
            signed_values_router(signed_metering=PostgresSignedMetering(database)),
            station_security_router(
                security=security, stations=station_views, views=views, commands=commands
            ),
            changes_router(changes=changes),
            site_tariffs_router(tariffs=PostgresSiteTariffs(database)),
            site_reports_router(reports=PostgresSiteReportViews(questions)),
            session_preferences_router(sites=sites, planning=planning),
            sites_router(
                sites=sites,
                days=PostgresSiteDays(questions),
                planning=planning,
                clock=utc_now,
            ),
        ],
        drivers=[
            driver_router(stations=station_views, views=views, remote_control=remote_control),
            driver_preferences_router(sites=sites, planning=planning),
            sessions_router(views=views, prefix="/driver"),
            changes_router(changes=changes, prefix="/driver"),
        ],
        health=health_router(check),
        metrics=metrics_router(MetricsPage(metrics, gateway.connected).text),
        tracing=traces,
    )
    return Program(
        database=database,
        questions=questions,
        connections=connections,
        commands=command_book,
        notices=notices(database_conninfo, gateway, commands, campaigns),
        background=[
            relay,
            message_log,
            planning,
            surplus_intake,
            retention_of(settings, database),
            campaigns,
            changes,
            metrics_log,
            *held.rounds,
            garbage.rounds(),
            Rounds(ledger.look, every=stop_matching.LOOK_EVERY, failed="stops wait on"),
            configured.round,
            Rounds(
                TokenCaches(PostgresTokenCaches(database), commands).clear_some,
                every=token_caches.LOOK_EVERY,
                failed="no cache is cleared",
            ),
            *certification.rounds_of(
                issuer, certification.revocations_of(settings, authority, database)
            ),
        ],
        gateway=gateway,
        api=api,
        task=task,
        address=address,
        gateway_port=settings.gateway_port,
        api_port=settings.api_port,
        drain_seconds=settings.drain_seconds,
    )


async def main(settings: ChargingSettings) -> None:
    """Run until SIGTERM or SIGINT."""
    program = bootstrap(settings, task_address(os.environ), own_task(os.environ))
    garbage.leave_to_rounds()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await program.run(until=stop)


if __name__ == "__main__":
    _settings = ChargingSettings.from_environment(os.environ)
    log_as_json(_settings.log_level)
    asyncio.run(main(_settings))
