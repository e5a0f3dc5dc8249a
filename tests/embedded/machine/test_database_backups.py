"""A cluster is restored to a moment or from a snapshot, and takes the name of the one before."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from botocore.exceptions import ClientError

from tests.embedded.machine.cloud import Cloud, eventually, new_machine

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    machine = new_machine(tmp_path_factory.mktemp("backups"))
    machine.up()
    cloud = Cloud(machine)
    cloud.create_database("fleet")
    yield cloud
    machine.down()


def run(cloud: Cloud, cluster: str, statement: str) -> list[tuple[object, ...]]:
    port = eventually(lambda: cloud.database_port(cluster))
    with psycopg.connect(
        host="localhost",
        port=port,
        user="administrator",
        password="a Password/1",
        dbname="fleet",
        sslmode="require",
    ) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def moment(cloud: Cloud) -> datetime:
    [(now,)] = run(cloud, "fleet", "select clock_timestamp()")
    assert isinstance(now, datetime)
    return now


def test_a_restored_cluster_has_what_was_committed_then_and_takes_the_place(cloud: Cloud) -> None:
    run(cloud, "fleet", "create table session (id int primary key)")
    run(cloud, "fleet", "insert into session values (1), (2)")
    cloud.rds.create_db_cluster_snapshot(
        DBClusterSnapshotIdentifier="before", DBClusterIdentifier="fleet"
    )
    run(cloud, "fleet", "insert into session values (3)")
    good = moment(cloud)
    run(cloud, "fleet", "delete from session")

    cloud.rds.restore_db_cluster_to_point_in_time(
        SourceDBClusterIdentifier="fleet",
        DBClusterIdentifier="fleet-restored",
        RestoreToTime=good,
    )
    cloud.rds.restore_db_cluster_from_snapshot(
        SnapshotIdentifier="before",
        DBClusterIdentifier="fleet-from-snapshot",
        Engine="aurora-postgresql",
    )
    count = "select count(*) from session"
    found = {
        name: run(cloud, name, count) for name in ("fleet", "fleet-restored", "fleet-from-snapshot")
    }
    assert found == {"fleet": [(0,)], "fleet-restored": [(3,)], "fleet-from-snapshot": [(2,)]}

    address = cloud.database_port("fleet")
    for old, new in (("fleet", "fleet-broken"), ("fleet-restored", "fleet")):
        cloud.rds.modify_db_cluster(
            DBClusterIdentifier=old, NewDBClusterIdentifier=new, ApplyImmediately=True
        )
    assert cloud.database_port("fleet") == address, "programs know it by the name"
    assert run(cloud, "fleet", count) == [(3,)]
    assert run(cloud, "fleet-broken", count) == [(0,)]

    # What was restored is backed up from then on.
    run(cloud, "fleet", "insert into session values (4)")
    good = moment(cloud)
    run(cloud, "fleet", "drop table session")
    cloud.rds.restore_db_cluster_to_point_in_time(
        SourceDBClusterIdentifier="fleet", DBClusterIdentifier="again", RestoreToTime=good
    )
    assert run(cloud, "again", count) == [(4,)]


def test_what_cannot_be_restored_is_refused_and_leaves_nothing(cloud: Cloud) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    with pytest.raises(ClientError, match="yet to come"):
        cloud.rds.restore_db_cluster_to_point_in_time(
            SourceDBClusterIdentifier="fleet", DBClusterIdentifier="never", RestoreToTime=later
        )
    with pytest.raises(ClientError, match="there is a cluster fleet"):
        cloud.rds.restore_db_cluster_to_point_in_time(
            SourceDBClusterIdentifier="fleet",
            DBClusterIdentifier="fleet",
            UseLatestRestorableTime=True,
        )
    with pytest.raises(ClientError, match="no snapshot nothing"):
        cloud.rds.restore_db_cluster_from_snapshot(
            SnapshotIdentifier="nothing", DBClusterIdentifier="never", Engine="aurora-postgresql"
        )
    clusters = cloud.rds.describe_db_clusters()["DBClusters"]
    assert "never" not in {cluster["DBClusterIdentifier"] for cluster in clusters}
