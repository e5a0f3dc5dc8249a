import json
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from lambdas.operations.logins import connect
from tests.operations.cluster import ADMINISTRATOR, Cluster
from tests.postgres import Server


@pytest.fixture
def cluster(postgres: Server) -> Iterator[Cluster]:
    """A real cluster, with an administrator who is no superuser, as on a managed one."""
    with postgres.database() as database:
        superuser = psycopg.connect(database.conninfo, autocommit=True)
        superuser.execute("create role chief login createrole createdb password 'of-the-cluster'")
        cluster = Cluster(connect)
        administrator = ADMINISTRATOR | {"host": database.host, "port": database.port}
        cluster.secrets["chief"] = json.dumps(administrator)
        yield cluster
        for name in ("charging", "billing"):
            superuser.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )
        for name in ("charging_second", "charging", "billing", "chief"):
            superuser.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))
        superuser.close()
