"""What runs on a machine, in words."""

import json
from typing import TYPE_CHECKING

import boto3

from embedded.control_plane.record import RecordFile, UnreadFile

if TYPE_CHECKING:
    from embedded.machine import Machine


def describe(machine: "Machine") -> str:
    """One line for each endpoint, service, target, database, and what is only recorded."""
    if not machine.is_up():
        return f"{machine.folder}: down"
    lines = [f"AWS endpoint  {machine.endpoint}", f"front door    {machine.front_door}"]
    session = boto3.Session(
        aws_access_key_id=machine.account_id,
        aws_secret_access_key="embedded",  # noqa: S106 — the key id alone says whose it is
        region_name=machine.region,
    )
    ecs = session.client("ecs", endpoint_url=machine.endpoint)
    for cluster in ecs.list_clusters()["clusterArns"]:
        names = ecs.list_services(cluster=cluster)["serviceArns"]
        services = ecs.describe_services(cluster=cluster, services=names)["services"]
        lines += [
            f"service       {service['serviceName']}: {service['runningCount']} of"
            f" {service['desiredCount']} tasks run"
            for service in (services if names else [])
        ]
    report = machine.folder / "target-health.json"
    groups = json.loads(report.read_text()) if report.is_file() else {}
    lines += [
        f"target        {address} in {arn.split('/')[1]}: {' '.join(filter(None, health.values()))}"
        for arn, targets in groups.items()
        for address, health in targets.items()
    ]
    rds = session.client("rds", endpoint_url=machine.endpoint)
    lines += [
        f"database      {cluster['DBClusterIdentifier']}: {cluster['Status']},"
        f" {cluster.get('Endpoint')}:{cluster.get('Port')}"
        for cluster in rds.describe_db_clusters()["DBClusters"]
    ]
    lines += [
        f"recorded      {resource.resource_type} {resource.stack}/{resource.logical_id}"
        for resource in RecordFile(machine.recorded).resources()
    ]
    lines += [
        f"unread        {partly.resource_type} {partly.stack}/{partly.logical_id}:"
        f" {', '.join((*partly.unread, *partly.unread_changes))}"
        for partly in UnreadFile(machine.unread).resources()
    ]
    return "\n".join(lines)
