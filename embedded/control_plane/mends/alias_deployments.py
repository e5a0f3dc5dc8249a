"""An alias with an update policy moves to its new version step by step, and alarms take it back.

What CodeDeploy does for CloudFormation: MiniStack has no CodeDeploy, and moves all calls at once.
A minute of a deployment is half a second here. CodeDeploy's resources are recorded; what is read of
them is the deployment configuration, one of CodeDeploy's own, and the alarms.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

from ministack.services import cloudformation, cloudwatch, lambda_svc
from ministack.services.cloudformation import provisioners
from ministack.services.cloudformation.engine import _parse_template

ALIAS = "AWS::Lambda::Alias"
Properties = dict[str, Any]
_MINUTE_SECONDS = 0.5
_LOOK_SECONDS = 0.05
_CONFIGURATION = re.compile(
    r"CodeDeployDefault\.Lambda(?:(?P<all>AllAtOnce)"
    r"|Canary(?P<canary>\d+)Percent(?P<wait>\d+)Minutes"
    r"|Linear(?P<linear>\d+)PercentEvery(?P<every>\d+)Minutes?)"
)


class TakenBackError(RuntimeError):
    """An alarm rang: all calls go to the version before."""


def mend() -> None:
    """Waits, so the type must be provisioned off the event loop."""
    handler = provisioners._RESOURCE_HANDLERS[ALIAS]
    theirs = handler["update"]

    def update(
        physical_id: str,
        old: Properties,
        new: Properties,
        stack_name: str,
        logical_id: str | None = None,
    ) -> Any:
        group = _deployment_group(stack_name, logical_id)
        if group and old.get("FunctionVersion") != new.get("FunctionVersion"):
            _move(physical_id, str(new["FunctionVersion"]), group)
        return theirs(physical_id, old, new, stack_name, logical_id)

    handler["update"] = update


def _deployment_group(stack_name: str, logical_id: str | None) -> Properties | None:
    """Of the alias's update policy; none while the stack goes back, which is at once."""
    stack = cloudformation._stacks[stack_name]
    if "ROLLBACK" in stack["StackStatus"]:
        return None
    alias = _parse_template(stack["_template_body"])["Resources"].get(logical_id, {})
    policy = alias.get("UpdatePolicy", {}).get("CodeDeployLambdaAliasUpdate")
    if not policy:
        return None
    match policy["DeploymentGroupName"]:
        case {"Ref": group}:
            properties: Properties = stack["_resources"][group]["Properties"]
            return properties
        case name:
            raise ValueError(f"{logical_id}: the deployment group {name} is to be of the stack")


def _move(alias_arn: str, version: str, group: Properties) -> None:
    *_, function, alias = alias_arn.split(":")
    alarms = _alarms(group)
    try:
        _watch(alarms, seconds=0)
        for weight, minutes in _steps(group["DeploymentConfigName"]):
            _route(function, alias, {version: weight})
            _watch(alarms, minutes * _MINUTE_SECONDS)
    finally:
        _route(function, alias, {})


def _steps(configuration: str) -> Iterator[tuple[float, int]]:
    """The new version's part of the calls, and for how many minutes it has that."""
    named = _CONFIGURATION.fullmatch(configuration)
    if named is None:
        raise ValueError(f"{configuration} is no deployment configuration that is known here")
    if named["canary"]:
        yield int(named["canary"]) / 100, int(named["wait"])
    elif named["linear"]:
        for percent in range(int(named["linear"]), 100, int(named["linear"])):
            yield percent / 100, int(named["every"])


def _alarms(group: Properties) -> list[str]:
    configuration = group.get("AlarmConfiguration", {})
    if not configuration.get("Enabled"):
        return []
    return [alarm["Name"] for alarm in configuration["Alarms"]]


def _watch(alarms: list[str], seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        for name in alarms:
            alarm = cloudwatch._alarms[name]
            cloudwatch._evaluate_alarm(alarm)
            if alarm["StateValue"] == "ALARM":
                raise TakenBackError(f"the alarm {name} rings: {alarm['StateReason']}")
        if (left := until - time.monotonic()) <= 0:
            return
        time.sleep(min(left, _LOOK_SECONDS))


def _route(function: str, alias: str, weights: dict[str, float]) -> None:
    data = {"RoutingConfig": {"AdditionalVersionWeights": weights}}
    status, _, body = lambda_svc._update_alias(function, alias, data)
    if status >= 400:
        raise ValueError(body.decode())
