"""An environment on this machine: the embedded AWS up, the images published, the app deployed."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import ClientError

from demo.deployment import EDGE_REGION, Deployment
from demo.progress import Progress
from demo.rest import Refused, RestApi
from embedded import cdk
from embedded.machine import Machine
from stacks import environments

SERVICES = ("charging", "billing")
_ROOT = Path(__file__).parent.parent
_PATIENCE_S = 120


def machine(environment: str) -> Machine:
    """The machine that stands for the environment's account, in ``.embedded/``."""
    chosen = environments.read().named()[environment]
    return Machine(
        _ROOT / ".embedded",
        account_id=chosen.account,
        region=chosen.region,
        keeps_hours=False,  # a demonstration may be on a Sunday
    )


def bring_up(
    environment: str, machine: Machine, progress: Progress, stacks: Sequence[str] = ()
) -> Deployment:
    """Start, publish, bootstrap and deploy what is not there yet; every step may be repeated.

    `stacks` are names or patterns within the environment; without them, all are deployed. Raises
    `embedded.machine.MachineError` or `embedded.cdk.CdkError`.
    """
    aws = cdk.environment(machine.account_id, machine.region, machine.endpoint)
    deployment = Deployment(environment, aws)
    with progress.step("Embedded AWS") as outcome:
        started = machine.up(progress.say)
        outcome.append(f"started {', '.join(started)}" if started else "was up: kept")
    with progress.step("Images") as outcome:
        for service in SERVICES:
            dockerfile = _ROOT / "services" / service / "Dockerfile"
            digest = machine.push(f"fleetcharge/{service}", dockerfile, _ROOT)
            outcome.append(f"{service} {_release(deployment, service, digest)}")
    log, regions = machine.log / "cdk.log", (machine.region, EDGE_REGION)
    options = cdk_options(environment, machine)
    with log.open("a") as written:

        def follow(line: str) -> None:
            print(line, file=written, flush=True)
            if " ✅ " in line:
                progress.say(f"  {line.strip()}")

        if unprepared := [one for one in regions if not deployment.is_bootstrapped(one)]:
            with progress.step(f"roles and rights, then cdk bootstrap {', '.join(unprepared)}"):
                first = [f"{environment}/roles", f"{environment}/rights"]
                cdk.deploy(aws, [*options, *first], directory=_ROOT, output=follow)
                for region in unprepared:
                    cdk.bootstrap(
                        aws | {"AWS_REGION": region, "AWS_DEFAULT_REGION": region},
                        boundary=deployment.output("roles", "BoundaryName"),
                        policies=deployment.output("rights", "DeploymentPolicies"),
                        output=follow,
                    )
            options = [f"--app={_assembly(machine)}"]
        with progress.step(f"cdk deploy {environment} (everything it says: {log})") as outcome:
            chosen = [f"{environment}/{stack}" for stack in stacks] or [f"{environment}/*"]
            cdk.deploy(aws, [*options, *chosen], directory=_ROOT, output=follow)
            outcome.append(f"{len(deployment.stacks())} stacks")
    return deployment


def cdk_options(environment: str, machine: Machine) -> list[str]:
    """The environment, the platform that packages are built for, and where the assembly goes."""
    return [f"-c=environment={environment}", "-c=packages=host", f"--output={_assembly(machine)}"]


def _assembly(machine: Machine) -> Path:
    return machine.folder / "cdk.out"


def _release(deployment: Deployment, service: str, digest: str) -> str:
    """Write the digest that the service's stack deploys; says whether it is another one."""
    name = f"/fleetcharge/{deployment.environment}/{service}/image-digest"
    ssm = deployment.client("ssm")
    try:
        if ssm.get_parameter(Name=name)["Parameter"]["Value"] == digest:
            return "kept"
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
    ssm.put_parameter(Name=name, Value=digest, Type="String", Overwrite=True)
    return "new"


async def wait_until_served(api: RestApi, path: str) -> None:
    """Wait until a program answers through the front door; raises the last `Refused`."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            await api.get(path, limit=1)
            return
        except Refused as refused:
            # Not routed yet (404) and not healthy yet (5xx) pass; anything else will not.
            passes = refused.status >= 500 or refused.status == 404
            if not passes or time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.5)
