"""The billing program: ``python -m services.billing``.

One process: consumers of the session events' queue, the REST API, and the writer of documents.
On SIGTERM it finishes what is in hand and ends with status 0.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import boto3
import sqlalchemy.exc
import uvicorn
from botocore.config import Config

from contracts.access_tokens import AccessTokens
from contracts.migrations import migrate
from contracts.settings import BillingSettings, SettingsError
from contracts.task_address import task_address
from contracts.tracing.xray import tracing
from services.billing.adapters.database import MIGRATIONS, PostgresLedger, conninfo, open_pool
from services.billing.adapters.document_archive import S3DocumentArchive
from services.billing.adapters.invoice_layout import TypstInvoiceLayout
from services.billing.adapters.metrics_page import MetricsPage
from services.billing.adapters.queries import Queries
from services.billing.adapters.session_queue import SessionQueue
from services.billing.application.contract_keeping import ContractKeeping
from services.billing.application.intake import SessionIntake
from services.billing.application.invoice_documents import InvoiceDocuments
from services.billing.application.month_close import MonthClose
from services.billing.domain.contract import Address
from services.billing.domain.invoice import Seller
from services.billing.entrypoints.api import Api
from services.billing.entrypoints.json_log import log_as_json
from services.billing.entrypoints.loops import DocumentLoop, Stop, consume, persist

CONSUMERS = 4
DOCUMENT_WRITERS = 2
CONNECTIONS = 12
"""One for each loop, the rest for the API."""

log = logging.getLogger("services.billing")


class _Server(uvicorn.Server):
    """Leaves signals to the program, which has more to end than the API."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Program:
    """Everything the process runs, built once from its settings."""

    def __init__(self, settings: BillingSettings, address: str) -> None:
        self._database = conninfo(
            host=settings.database_host,
            port=settings.database_port,
            name=settings.database_name,
            username=settings.database_username,
            password=settings.database_password,
        )
        self._stop = Stop()
        self._tracing = tracing("billing", settings.traced_share)
        self._waits_for: str | None = "the program is starting"
        self._pool = open_pool(self._database, connections=CONNECTIONS)
        connections = Config(max_pool_connections=CONSUMERS + DOCUMENT_WRITERS + 4)
        ledger = PostgresLedger(self._pool)
        documents = InvoiceDocuments(
            ledger,
            S3DocumentArchive(boto3.client("s3", config=connections), settings.documents_bucket),
            TypstInvoiceLayout(),
            _now,
        )
        self._documents = DocumentLoop(documents, self._stop)
        self._queue = SessionQueue(
            boto3.client("sqs", config=connections), settings.session_events_queue_url
        )
        self._intake = SessionIntake(ledger)
        tokens = AccessTokens(
            user_pool_endpoint=boto3.client("cognito-idp").meta.endpoint_url,
            user_pool_id=settings.user_pool_id,
            client_ids=(settings.operator_client_id,),
        )
        api = Api(
            verify=tokens.verify,
            not_ready=lambda: self._waits_for,
            queries=Queries(self._pool),
            contracts=ContractKeeping(ledger),
            month_close=MonthClose(ledger, _seller(settings), _now),
            documents=documents,
            invoice_issued=self._documents.wake,
            metrics_page=MetricsPage(self._intake).text,
            tracing=self._tracing,
        )
        self._server = _Server(
            uvicorn.Config(
                api.app(),
                host=address,
                port=settings.api_port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=10,
            )
        )

    async def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.tell)
        # A consumer's long poll holds a thread; the default would leave none for the rest.
        loop.set_default_executor(ThreadPoolExecutor(CONSUMERS + DOCUMENT_WRITERS + 4))
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(self._server.serve())
            tasks.create_task(self._work(tasks))
            await self._stop.wait()
            log.info("stopping")
            self._server.should_exit = True
            await serving
        await self._pool.close()
        log.info("stopped")

    async def _work(self, tasks: asyncio.TaskGroup) -> None:
        async def open_database() -> None:
            try:
                await asyncio.to_thread(migrate, self._database, MIGRATIONS)
            except sqlalchemy.exc.OperationalError as error:
                self._waits_for = f"the database does not answer: {error.orig}"
                raise

        if await persist("database", open_database, self._stop, sqlalchemy.exc.OperationalError):
            await self._pool.open()
            self._waits_for = None
            log.info("ready")
            for _ in range(CONSUMERS):
                consumer = consume(self._queue, self._intake, self._stop, self._tracing)
                tasks.create_task(consumer)
            for _ in range(DOCUMENT_WRITERS):
                tasks.create_task(self._documents.run())


def bootstrap(settings: BillingSettings, address: str) -> Program:
    """The program that these settings ask for."""
    log_as_json(settings.log_level)
    return Program(settings, address)


def _seller(settings: BillingSettings) -> Seller:
    return Seller(
        address=Address(
            name=settings.seller_name,
            street=settings.seller_street,
            postal_code=settings.seller_postal_code,
            city=settings.seller_city,
            country=settings.seller_country,
            vat_id=settings.seller_vat_id,
        ),
        iban=settings.seller_iban,
    )


def _now() -> datetime:
    return datetime.now(UTC)


async def _main(settings: BillingSettings, address: str) -> None:
    await bootstrap(settings, address).run()


if __name__ == "__main__":
    try:
        settings = BillingSettings.from_environment(os.environ)
    except SettingsError as error:
        sys.exit(str(error))
    asyncio.run(_main(settings, task_address(os.environ)))
