"""The API: each operation by its name, in JSON 1.1."""

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response

from embedded.control_plane.application_autoscaling import calendar, capacity, state
from embedded.control_plane.application_autoscaling.state import Record, target_of

# MiniStack asks the module of a service for both.
get_state = state.get_state
load_persisted_state = state.load_persisted_state
TARGET_PREFIX = "AnyScaleFrontendService"


class RefusedError(Exception):
    """An exception of the API, and what it says."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


async def handle_request(
    method: str,  # noqa: ARG001 — MiniStack's signature
    path: str,  # noqa: ARG001 — likewise
    headers: dict[str, str],
    body: bytes,
    query: dict[str, Any],  # noqa: ARG001 — likewise
) -> Any:
    """One request in the account and region of its caller."""
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    if operation not in _OPERATIONS:
        return error_response_json("UnknownOperationException", f"{operation} is not here", 400)
    try:
        return json_response(_OPERATIONS[operation](json.loads(body or b"{}")))
    except RefusedError as refused:
        return error_response_json(refused.code, str(refused), 400)


def _register(request: Record) -> Record:
    key = target_of(request)
    target = {**(state.targets.get(key) or _new("ScalableTargetARN", "scalable-target", ""))}
    target |= {name: value for name, value in request.items() if name != "Tags"}
    if not {"MinCapacity", "MaxCapacity"} <= target.keys():
        raise RefusedError("ValidationException", "a new target has MinCapacity and MaxCapacity")
    state.targets[key] = target
    arn = target["ScalableTargetARN"]
    _tag({"ResourceARN": arn, "Tags": request.get("Tags", {})})
    capacity.keep_within(target, get_account_id(), get_region())
    return {"ScalableTargetARN": arn}


def _deregister(request: Record) -> Record:
    key = target_of(request)
    _must_be_registered(key)
    state.tags.pop(state.targets.pop(key)["ScalableTargetARN"], None)
    for store in (state.policies, state.actions):
        for name, record in store.items():
            if target_of(record) == key:
                del store[name]
    return {}


def _put_policy(request: Record) -> Record:
    _must_be_registered(target_of(request))
    key = (*target_of(request), request["PolicyName"])
    name = f":policyName/{request['PolicyName']}"
    before = state.policies.get(key) or _new("PolicyARN", "scalingPolicy", name)
    state.policies[key] = policy = {**before, **request}
    return {"PolicyARN": policy["PolicyARN"], "Alarms": []}


def _put_action(request: Record) -> Record:
    _must_be_registered(target_of(request))
    key = (*target_of(request), request["ScheduledActionName"])
    name = f":scheduledActionName/{request['ScheduledActionName']}"
    before = state.actions.get(key) or _new("ScheduledActionARN", "scheduledAction", name)
    action = {**before, **request}
    if not calendar.is_schedule(action.get("Schedule", "")):
        raise RefusedError("ValidationException", f"Schedule: {action.get('Schedule')!r} is none")
    if not calendar.is_zone(action.get("Timezone", "UTC")):
        raise RefusedError("ValidationException", f"Timezone: {action['Timezone']!r} is none")
    state.actions[key] = action
    return {}


def _deleting(store: Any, name: str) -> Callable[[Record], Record]:
    def delete(request: Record) -> Record:
        if store.pop((*target_of(request), request[name]), None) is None:
            raise RefusedError("ObjectNotFoundException", f"there is no {request[name]}")
        return {}

    return delete


def _describing(store: Any, answer: str, named: str, names: str) -> Callable[[Record], Record]:
    def describe(request: Record) -> Record:
        wanted = request.get(names)
        same = ("ServiceNamespace", "ResourceId", "ScalableDimension")
        return {
            answer: [
                record
                for record in store.values()
                if all(record[name] == request.get(name, record[name]) for name in same)
                and (not wanted or record[named] in wanted)
            ]
        }

    return describe


def _must_be_registered(key: state.Target) -> None:
    if key not in state.targets:
        message = f"No scalable target registered for {', '.join(key)}"
        raise RefusedError("ObjectNotFoundException", message)


def _new(arn: str, kind: str, name: str) -> Record:
    made = f"arn:aws:application-autoscaling:{get_region()}:{get_account_id()}:{kind}/{uuid4()}"
    return {arn: made + name, "CreationTime": int(time.time())}


def _tag(request: Record) -> Record:
    state.tags.setdefault(request["ResourceARN"], {}).update(request["Tags"])
    return {}


def _untag(request: Record) -> Record:
    for key in request["TagKeys"]:
        state.tags.get(request["ResourceARN"], {}).pop(key, None)
    return {}


def _tags(request: Record) -> Record:
    return {"Tags": state.tags.get(request["ResourceARN"], {})}


_OPERATIONS: dict[str, Callable[[Record], Record]] = {
    "RegisterScalableTarget": _register,
    "DeregisterScalableTarget": _deregister,
    "DescribeScalableTargets": _describing(
        state.targets, "ScalableTargets", "ResourceId", "ResourceIds"
    ),
    "TagResource": _tag,
    "UntagResource": _untag,
    "ListTagsForResource": _tags,
    "PutScalingPolicy": _put_policy,
    "DeleteScalingPolicy": _deleting(state.policies, "PolicyName"),
    "DescribeScalingPolicies": _describing(
        state.policies, "ScalingPolicies", "PolicyName", "PolicyNames"
    ),
    "PutScheduledAction": _put_action,
    "DeleteScheduledAction": _deleting(state.actions, "ScheduledActionName"),
    "DescribeScheduledActions": _describing(
        state.actions, "ScheduledActions", "ScheduledActionName", "ScheduledActionNames"
    ),
}
