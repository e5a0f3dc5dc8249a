"""Snapshots of a database cluster hold its data; a cluster is restored, and changes its name.

MiniStack's snapshot of a cluster is a note without data. It restores no cluster, neither from a
snapshot nor to a point in time, and passes over a new name of a cluster or an instance.

A cluster's name is its address, as on AWS: here that is the port. Whoever takes the name of another
is reached where the other was.
"""

import copy
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import rds

from embedded import ports
from embedded.containers import postgresql, postgresql_backups
from embedded.containers.client import from_env
from embedded.containers.postgresql_backups import BackupError, RunningServer

Cluster = dict[str, Any]
Parameters = dict[str, Any]
Handler = Callable[[Parameters], Any]
_START_SECONDS = 60.0


def mend() -> None:
    """Operations that MiniStack has are carried out first, and added to."""
    backups = _DatabaseBackups(from_env().volumes.folder)
    for operation, handler in (
        ("CreateDBClusterSnapshot", backups.create_snapshot),
        ("DeleteDBClusterSnapshot", backups.delete_snapshot),
        ("RestoreDBClusterFromSnapshot", backups.restore_from_snapshot),
        ("RestoreDBClusterToPointInTime", backups.restore_to_point_in_time),
        ("ModifyDBCluster", backups.modify_cluster),
        ("ModifyDBInstance", backups.modify_instance),
    ):
        rds._ACTION_MAP[operation] = _refusing(handler, rds._ACTION_MAP.get(operation))


class _RefusedError(Exception):
    """Carries the code and the text of RDS's answer."""


def _refusing(handler: Callable[..., Any], theirs: Handler | None) -> Handler:
    """The handler, given what MiniStack would do; what it refuses is an answer."""

    def answer(parameters: Parameters) -> Any:
        try:
            return handler(parameters, theirs)
        except _RefusedError as refused:
            code, message = refused.args
            return rds._error(code, message, 404 if code.endswith("NotFoundFault") else 400)
        except BackupError as error:
            return rds._error("InvalidRestoreFault", str(error), 400)

    return answer


class _DatabaseBackups:
    def __init__(self, volumes: Path) -> None:
        self._volumes = volumes
        self._left: dict[tuple[str, str, str], int] = {}
        """The port of a name that nobody has now, by account, region and name."""

    def create_snapshot(self, parameters: Parameters, theirs: Handler) -> Any:
        answer = theirs(parameters)
        if answer[0] == 200:
            name = rds._p(parameters, "DBClusterSnapshotIdentifier")
            snapshot = rds._db_cluster_snapshots[name]
            cluster = rds._clusters[snapshot["DBClusterIdentifier"]]
            snapshot["_cluster"] = copy.deepcopy(cluster)
            self._server(cluster).copy(self._snapshot(name))
        return answer

    def delete_snapshot(self, parameters: Parameters, theirs: Handler) -> Any:
        shutil.rmtree(self._snapshot(rds._p(parameters, "DBClusterSnapshotIdentifier")))
        return theirs(parameters)

    def restore_from_snapshot(self, parameters: Parameters, _: Handler | None) -> Any:
        name = rds._p(parameters, "SnapshotIdentifier").rpartition(":")[2]
        snapshot = rds._db_cluster_snapshots.get(name)
        if snapshot is None:
            raise _RefusedError("DBClusterSnapshotNotFoundFault", f"no snapshot {name}")

        def fill(data: Path) -> None:
            shutil.copytree(self._snapshot(name), data)

        return self._restore("FromSnapshot", snapshot["_cluster"], parameters, fill)

    def restore_to_point_in_time(self, parameters: Parameters, _: Handler | None) -> Any:
        source = _cluster(rds._p(parameters, "SourceDBClusterIdentifier"))
        asked = rds._p(parameters, "RestoreToTime")
        if not asked and rds._p(parameters, "UseLatestRestorableTime") != "true":
            raise _RefusedError(
                "InvalidParameterCombination", "RestoreToTime or UseLatestRestorableTime is needed"
            )
        moment = datetime.fromisoformat(asked) if asked else None
        if moment is not None and moment > datetime.now(UTC):
            raise _RefusedError("InvalidParameterValue", f"RestoreToTime {asked} is yet to come")

        def fill(data: Path) -> None:
            server = self._server(source)
            server.finish_log()
            postgresql_backups.rebuild(server.data, data, moment)

        return self._restore("ToPointInTime", source, parameters, fill)

    def modify_cluster(self, parameters: Parameters, theirs: Handler) -> Any:
        answer = theirs(parameters)
        new = rds._p(parameters, "NewDBClusterIdentifier")
        if not new or answer[0] != 200:
            return answer
        old = rds._p(parameters, "DBClusterIdentifier")
        cluster = _cluster(old)
        _must_be_free(new)
        with rds._shared_container_lock:
            rds._stop_cluster_shared_container(old, cluster)
            rds._force_remove_cluster_compute_preserving_volume(old, cluster)
            self._left[_place(old)] = cluster["_shared_host_port"]
            _rename(cluster, new)
            self._start(cluster, port=self._left.pop(_place(new), None))
        return answer

    def modify_instance(self, parameters: Parameters, theirs: Handler) -> Any:
        answer = theirs(parameters)
        new = rds._p(parameters, "NewDBInstanceIdentifier")
        if new and answer[0] == 200:
            old = rds._p(parameters, "DBInstanceIdentifier")
            if new in rds._instances:
                raise _RefusedError("DBInstanceAlreadyExists", f"there is an instance {new}")
            instance = rds._instances.pop(old)
            instance["DBInstanceIdentifier"] = new
            instance["DBInstanceArn"] = instance["DBInstanceArn"].removesuffix(old) + new
            rds._instances[new] = instance
            for cluster in rds._clusters.values():
                for member in cluster["DBClusterMembers"]:
                    if member["DBInstanceIdentifier"] == old:
                        member["DBInstanceIdentifier"] = new
        return answer

    def _restore(
        self, kind: str, like: Cluster, parameters: Parameters, fill: Callable[[Path], None]
    ) -> Any:
        """A new cluster with the data that `fill` writes: what is not asked for is as it was."""
        name = rds._p(parameters, "DBClusterIdentifier")
        _must_be_free(name)
        asked: Parameters = {
            **{key: value for key, value in parameters.items() if key != "Action"},
            "Engine": like["Engine"],
            "EngineVersion": like["EngineVersion"],
            "MasterUsername": like["MasterUsername"],
            "MasterUserPassword": like["_MasterUserPassword"],
            "StorageEncrypted": str(like["StorageEncrypted"]).lower(),
            "KmsKeyId": like["KmsKeyId"],
        }
        if like["DatabaseName"]:
            asked["DatabaseName"] = like["DatabaseName"]
        created = rds._create_db_cluster(asked)
        if created[0] != 200:
            return created
        cluster = _cluster(name)
        volume = rds._rds_cluster_docker_volume_name(name) + f"-{cluster['DbClusterResourceId']}"
        data = self._volumes / volume
        try:
            fill(data)
            postgresql.own(data)
            cluster["_shared_volume_name"] = volume
            self._start(cluster, port=None)
            server = self._server(cluster)
            server.copy(postgresql_backups.beginning(data))
        except Exception:
            del rds._clusters[name]
            shutil.rmtree(data, ignore_errors=True)
            raise
        result = f"RestoreDBCluster{kind}"
        body = f"<DBCluster>{rds._cluster_xml(cluster)}</DBCluster>"
        return rds._xml(200, f"{result}Response", f"<{result}Result>{body}</{result}Result>")

    def _start(self, cluster: Cluster, *, port: int | None) -> None:
        name = cluster["DBClusterIdentifier"]
        cluster["_shared_host_port"] = port or rds._next_port()
        if rds._start_cluster_shared_container(name, cluster)["failed"]:
            raise _RefusedError("InvalidDBClusterStateFault", f"{name} does not start")
        deadline = time.monotonic() + _START_SECONDS
        while not ports.answers(cluster["_shared_host_port"]):
            if time.monotonic() > deadline:
                raise _RefusedError("InvalidDBClusterStateFault", f"{name} does not answer")
            time.sleep(0.05)
        cluster["_shared_container_ready"] = True
        for member in rds._cluster_member_instances(cluster):
            rds._attach_instance_to_shared_cluster(member, cluster)
        rds._sync_cluster_endpoints(cluster)

    def _server(self, cluster: Cluster) -> RunningServer:
        return RunningServer(
            self._volumes / cluster["_shared_volume_name"], cluster["_shared_host_port"]
        )

    def _snapshot(self, name: str) -> Path:
        return self._volumes / "snapshots" / "-".join(_place(name))


def _cluster(name: str) -> Cluster:
    cluster: Cluster | None = rds._clusters.get(name)
    if cluster is None:
        raise _RefusedError("DBClusterNotFoundFault", f"no cluster {name}")
    return cluster


def _must_be_free(name: str) -> None:
    if name in rds._clusters:
        raise _RefusedError("DBClusterAlreadyExistsFault", f"there is a cluster {name}")


def _rename(cluster: Cluster, new: str) -> None:
    old = cluster["DBClusterIdentifier"]
    arn = cluster["DBClusterArn"].removesuffix(old) + new
    if tags := rds._tags.pop(cluster["DBClusterArn"], None):
        rds._tags[arn] = tags
    for member in rds._cluster_member_instances(cluster):
        member["DBClusterIdentifier"] = new
    cluster |= {"DBClusterIdentifier": new, "DBClusterArn": arn}
    rds._clusters[new] = rds._clusters.pop(old)


def _place(name: str) -> tuple[str, str, str]:
    return get_account_id(), get_region(), name
