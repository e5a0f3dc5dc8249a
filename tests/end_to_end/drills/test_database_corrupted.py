"""Rows are destroyed; the database goes back to a moment, and programs go on with it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from demo.environment import wait_until_served
from tests.end_to_end.conftest import Playground
from tests.end_to_end.drills.conftest import DrillStation, Figures
from tests.end_to_end.drills.runbook import Runbook

pytestmark = [pytest.mark.end_to_end, pytest.mark.drill]

CLUSTER = "fleetcharge-playground"


def connect(playground: Playground, cluster: str) -> psycopg.Connection[Any]:
    """As the administrator, to charging's database."""
    client = playground.deployment.client
    resources = client("cloudformation").describe_stack_resources(StackName="playground-data")
    [secret] = [
        resource["PhysicalResourceId"]
        for resource in resources["StackResources"]
        if resource["ResourceType"] == "AWS::SecretsManager::Secret"
    ]
    text = client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    login = json.loads(text)
    [found] = client("rds").describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"]
    return psycopg.connect(
        host="localhost",
        port=found["Port"],
        user=login["username"],
        password=login["password"],
        dbname="charging",
        sslmode="require",
    )


async def test_sessions_are_back_and_what_came_after_is_in_the_broken_cluster(
    playground: Playground,
    drill_station: DrillStation,
    runbook: Callable[[str], Runbook],
    figures: Figures,
    tmp_path: Path,
) -> None:
    async with drill_station.connect() as station:
        await station.charge(drill_station.charge(6, 11_000))
        good = datetime.now(UTC)
        with connect(playground, CLUSTER) as broken:
            broken.execute("truncate session cascade")
        await station.charge(drill_station.charge(4, 22_000))
    assert await drill_station.energies() == [22_000]

    with figures.measure("database corrupted: sessions of the moment are served again"):
        runbook("restore-from-backup.md").run(
            "Restore from a backup",
            "The database",
            "To a moment",
            "Look at it",
            "Change places",
            ENV="playground",
            WHEN=good.isoformat(),
            folder=tmp_path,
        )
        await wait_until_served(drill_station.api, "/stations")

    assert await drill_station.energies() == [11_000]
    with connect(playground, f"{CLUSTER}-broken") as broken:
        rows = broken.execute("select energy_wh from session").fetchall()
    assert rows == [(22_000,)], "what was lost is still there to be read"
    async with drill_station.connect() as station:
        await station.charge(drill_station.charge(2, 33_000))
    assert await drill_station.energies() == [11_000, 33_000]
