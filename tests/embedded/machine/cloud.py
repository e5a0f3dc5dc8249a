"""A program deployed to a machine by nothing but AWS's own APIs."""

import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import boto3

from embedded.machine import Machine

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

APP = Path(__file__).with_name("app")
ACCOUNT = "111122223333"
REGION = "eu-central-1"
VENV = Path(__file__).parents[3] / ".embedded" / "venv"
"""Shared with the demonstration; made when it is not there."""

Found = TypeVar("Found")


def new_machine(folder: Path) -> Machine:
    return Machine(
        folder,
        account_id=ACCOUNT,
        region=REGION,
        control_plane_port=free_port(),
        front_door_port=free_port(),
        venv=VENV,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(look: Callable[[], Found | None]) -> Found:
    """What `look` finds; asked again until it finds something."""
    deadline = time.monotonic() + 60
    while not (found := look()):
        assert time.monotonic() < deadline, f"{look} found nothing"
        time.sleep(0.05)
    return found


@dataclass(frozen=True)
class Service:
    """An ECS service of the test's program, with its target group and log group."""

    cloud: "Cloud"
    name: str
    target_group: str

    def tasks(self) -> "list[TaskTypeDef]":
        ecs = self.cloud.ecs
        arns = ecs.list_tasks(cluster=self.cloud.cluster, serviceName=self.name)["taskArns"]
        return ecs.describe_tasks(cluster=self.cloud.cluster, tasks=arns)["tasks"] if arns else []

    def healthy(self, count: int = 1) -> list[str] | None:
        """Addresses of the healthy targets, when there are just so many of them and no other."""
        entries = self.cloud.elb.describe_target_health(TargetGroupArn=self.target_group)
        found = entries["TargetHealthDescriptions"]
        if len(found) != count or any(one["TargetHealth"]["State"] != "healthy" for one in found):
            return None
        return [one["Target"]["Id"] for one in found]

    def scale(self, count: int) -> None:
        self.cloud.ecs.update_service(
            cluster=self.cloud.cluster, service=self.name, desiredCount=count
        )

    def log(self) -> list[str]:
        streams = self.cloud.logs.describe_log_streams(logGroupName=f"/{self.name}")["logStreams"]
        return [
            event["message"]
            for stream in streams
            for event in self.cloud.logs.get_log_events(
                logGroupName=f"/{self.name}", logStreamName=stream["logStreamName"]
            )["events"]
        ]


class Cloud:
    """A cluster and a load balancer on a machine."""

    cluster = "echoes"

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        session = boto3.Session(
            aws_access_key_id=ACCOUNT, aws_secret_access_key="x", region_name=REGION
        )
        self.ecs = session.client("ecs", endpoint_url=machine.endpoint)
        self.elb = session.client("elbv2", endpoint_url=machine.endpoint)
        self.logs = session.client("logs", endpoint_url=machine.endpoint)
        self.rds = session.client("rds", endpoint_url=machine.endpoint)
        self.secrets = session.client("secretsmanager", endpoint_url=machine.endpoint)

    @cached_property
    def image(self) -> str:
        digest = self.machine.push("echo", APP / "Dockerfile", APP)
        return f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/echo@{digest}"

    @cached_property
    def listener(self) -> str:
        balancer = self.elb.create_load_balancer(
            Name="public", Scheme="internet-facing", Subnets=["subnet-1", "subnet-2"]
        )["LoadBalancers"][0]
        return self.elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[
                {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
            ],
        )["Listeners"][0]["ListenerArn"]

    @cached_property
    def secret(self) -> str:
        text = json.dumps({"username": "service", "password": "not told"})
        return self.secrets.create_secret(Name="credentials", SecretString=text)["ARN"]

    def deploy(
        self,
        name: str,
        *,
        path: str | None = None,
        image: str | None = None,
        environment: Mapping[str, str] | None = None,
        stop_timeout: int = 5,
    ) -> Service:
        """Deploy the program as a service of one task, below `path` when one is given."""
        self.ecs.create_cluster(clusterName=self.cluster)
        self.logs.create_log_group(logGroupName=f"/{name}")
        group = self.elb.create_target_group(
            Name=name,
            Protocol="HTTP",
            Port=8000,
            TargetType="ip",
            VpcId="vpc-1",
            HealthCheckPath="/health",
            HealthCheckIntervalSeconds=5,
        )["TargetGroups"][0]["TargetGroupArn"]
        if path is not None:
            self.elb.create_rule(
                ListenerArn=self.listener,
                Priority=len(self.elb.describe_rules(ListenerArn=self.listener)["Rules"]),
                Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": [path]}}],
                Actions=[{"Type": "forward", "TargetGroupArn": group}],
            )
        definition = self.ecs.register_task_definition(
            family=name,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[
                {
                    "name": "echo",
                    "image": image or self.image,
                    "essential": True,
                    "environment": [
                        {"name": key, "value": value} for key, value in (environment or {}).items()
                    ],
                    "secrets": [{"name": "PASSWORD", "valueFrom": f"{self.secret}:password::"}],
                    "portMappings": [{"containerPort": 8000}],
                    "stopTimeout": stop_timeout,
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {
                            "awslogs-group": f"/{name}",
                            "awslogs-region": REGION,
                            "awslogs-stream-prefix": name,
                        },
                    },
                }
            ],
        )["taskDefinition"]["taskDefinitionArn"]
        self.ecs.create_service(
            cluster=self.cluster,
            serviceName=name,
            taskDefinition=definition,
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
            loadBalancers=[
                {"targetGroupArn": group, "containerName": "echo", "containerPort": 8000}
            ],
        )
        return Service(self, name, group)

    def create_database(self, name: str) -> int:
        """An Aurora PostgreSQL cluster that takes connections; returns its port."""
        self.rds.create_db_cluster(
            DBClusterIdentifier=name,
            Engine="aurora-postgresql",
            EngineVersion="17.5",
            MasterUsername="administrator",
            MasterUserPassword="a Password/1",
            DatabaseName="fleet",
        )
        self.rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-1",
            DBClusterIdentifier=name,
            Engine="aurora-postgresql",
            DBInstanceClass="db.serverless",
        )
        return eventually(lambda: self.database_port(name))

    def database_port(self, name: str) -> int | None:
        """None unless the cluster is available."""
        cluster = self.rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
        return cluster["Port"] if cluster["Status"] == "available" else None
