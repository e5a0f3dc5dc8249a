"""``AWS::ApplicationAutoScaling::ScalableTarget``: a target and its scheduled actions."""

from typing import Any

from embedded.control_plane.api_resources import ApiClients, ApiResource, ApiType

Properties = dict[str, Any]
SCALABLE_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
_NAMES = ("ServiceNamespace", "ResourceId", "ScalableDimension")


def _registration(properties: Properties) -> Properties:
    """What the API takes: tags as a map, scheduled actions one by one."""
    given = {name: value for name, value in properties.items() if name != "ScheduledActions"}
    if "Tags" in given:
        given["Tags"] = {tag["Key"]: tag["Value"] for tag in given["Tags"]}
    return given


class ScalableTarget(ApiResource):
    """Each scheduled action is an operation of its own."""

    def __init__(self, clients: ApiClients) -> None:
        api_type = ApiType(
            service="application-autoscaling",
            create="register_scalable_target",
            update="register_scalable_target",
            physical_id="join('|', [properties.ResourceId, properties.ScalableDimension,"
            " properties.ServiceNamespace])",
            attributes={"Id": "id"},
            delete="deregister_scalable_target",
            delete_input={name: f"properties.{name}" for name in _NAMES},
            shaped=_registration,
        )
        super().__init__(api_type, clients)

    def create(
        self, logical_id: str, properties: Properties, stack_name: str
    ) -> tuple[str, dict[str, Any]]:
        """As of any type, and its actions."""
        created = super().create(logical_id, properties, stack_name)
        self._schedule({}, properties)
        return created

    def update(
        self,
        physical_id: str,
        old: Properties,
        new: Properties,
        stack_name: str,
        logical_id: str | None = None,
    ) -> tuple[str, dict[str, Any]]:
        """What the template names no longer goes."""
        updated = super().update(physical_id, old, new, stack_name, logical_id)
        self.tag(physical_id, old, new)
        self._schedule(old, new)
        return updated

    def tag(
        self,
        physical_id: str,  # noqa: ARG002 — an ARN is asked for here
        old: Properties,
        new: Properties,
    ) -> None:
        """By the target's ARN, which is not its physical id."""
        of = _name(new)
        described = self._call(
            "describe_scalable_targets",
            {"ServiceNamespace": of["ServiceNamespace"], "ResourceIds": [of["ResourceId"]]},
        )
        arn = described["ScalableTargets"][0]["ScalableTargetARN"]
        before, after = (_registration(one).get("Tags", {}) for one in (old, new))
        if after:
            self._call("tag_resource", {"ResourceARN": arn, "Tags": after})
        if gone := sorted(before.keys() - after.keys()):
            self._call("untag_resource", {"ResourceARN": arn, "TagKeys": gone})

    def _schedule(self, old: Properties, new: Properties) -> None:
        before, after = (
            {action["ScheduledActionName"]: action for action in one.get("ScheduledActions", [])}
            for one in (old, new)
        )
        for name, action in after.items():
            if action != before.get(name):
                self._call("put_scheduled_action", _typed(action) | _name(new))
        for name in sorted(before.keys() - after.keys()):
            self._call("delete_scheduled_action", {"ScheduledActionName": name} | _name(new))


def _typed(action: Properties) -> Properties:
    capacity = {name: int(value) for name, value in action["ScalableTargetAction"].items()}
    return {**action, "ScalableTargetAction": capacity}


def _name(properties: Properties) -> Properties:
    return {name: properties[name] for name in _NAMES}
