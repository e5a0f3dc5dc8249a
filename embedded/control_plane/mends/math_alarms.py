"""Alarms on what is computed of several metrics.

MiniStack refuses them by name. Nothing here could compute them, so they are checked and recorded.
"""

from typing import Any

from ministack.services.cloudformation import provisioners

from embedded.control_plane.record import RecordFile
from embedded.control_plane.recorded_resources import RecordedType
from embedded.control_plane.schemas import ResourceSchemas
from embedded.control_plane.settings import ControlPlaneSettings

ALARM = "AWS::CloudWatch::Alarm"

Properties = dict[str, Any]


def mend(settings: ControlPlaneSettings) -> None:
    """Alarms on a single metric stay MiniStack's, which raises them."""
    recorded = RecordedType(
        ALARM,
        ResourceSchemas(settings.region),
        RecordFile(settings.record),
        listed_as=f"{ALARM} with Metrics",
    ).handlers()
    theirs = dict(provisioners._RESOURCE_HANDLERS[ALARM])

    def handler(properties: Properties) -> dict[str, Any]:
        return recorded if properties.get("Metrics") else theirs

    def create(logical_id: str, properties: Properties, stack_name: str) -> Any:
        return handler(properties)["create"](logical_id, properties, stack_name)

    def update(
        physical_id: str,
        old: Properties,
        new: Properties,
        stack_name: str,
        logical_id: str | None = None,
    ) -> Any:
        if handler(old) is handler(new):
            return handler(new)["update"](physical_id, old, new, stack_name, logical_id)
        made = create(logical_id or physical_id, new, stack_name)
        delete(physical_id, old)
        return made

    def delete(physical_id: str, properties: Properties) -> None:
        handler(properties)["delete"](physical_id, properties)

    provisioners._RESOURCE_HANDLERS[ALARM].update(create=create, update=update, delete=delete)
