"""Stacks of raw templates, deployed with nothing but the CloudFormation API."""

import json
import time
from typing import Any

from tests.embedded.control_plane.conftest import ControlPlane

Resources = dict[str, Any]


def resources_of(types: dict[str, tuple[str, Resources]]) -> Resources:
    """A template's resources: for each logical id the type, without ``AWS::``, and properties."""
    return {
        name: {"Type": f"AWS::{resource_type}", "Properties": properties}
        for name, (resource_type, properties) in types.items()
    }


class Stack:
    """One stack; every method waits until it is done."""

    def __init__(
        self,
        control_plane: ControlPlane,
        name: str,
        region: str = "eu-central-1",
        role: str | None = None,
    ) -> None:
        """`role` is the ARN of the role that CloudFormation acts with."""
        self.name = name
        self._role = {"RoleARN": role} if role else {}
        self._cloudformation = control_plane.client("cloudformation", region)
        self._id = name

    def without_role(self) -> "Stack":
        """The same stack; CloudFormation acts with the role that it keeps."""
        self._role = {}
        return self

    def create(self, resources: Resources, outputs: Resources | None = None) -> str:
        created = self._cloudformation.create_stack(**self._request(resources, outputs))
        self._id = created["StackId"]
        return self._status()

    def update(self, resources: Resources, outputs: Resources | None = None) -> str:
        self._cloudformation.update_stack(**self._request(resources, outputs))
        return self._status()

    def delete(self) -> str:
        # A deleted stack answers to its id alone.
        [stack] = self._cloudformation.describe_stacks(StackName=self._id)["Stacks"]
        self._id = stack["StackId"]
        self._cloudformation.delete_stack(StackName=self.name)
        return self._status()

    def outputs(self) -> dict[str, str]:
        [stack] = self._cloudformation.describe_stacks(StackName=self._id)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def physical_id(self, logical_id: str) -> str:
        described = self._cloudformation.describe_stack_resource(
            StackName=self._id, LogicalResourceId=logical_id
        )
        physical_id: str = described["StackResourceDetail"]["PhysicalResourceId"]
        return physical_id

    def reasons(self) -> list[str]:
        """Why resources failed, the last one first."""
        return [
            event["ResourceStatusReason"]
            for event in self._events()
            if event["ResourceStatus"].endswith("_FAILED")
        ]

    def told(self) -> list[str]:
        """Every reason that an event gives, the last one first."""
        return [event.get("ResourceStatusReason", "") for event in self._events()]

    def _events(self) -> list[Any]:
        told = self._cloudformation.describe_stack_events(StackName=self._id)
        return list(told["StackEvents"])

    def _request(self, resources: Resources, outputs: Resources | None) -> dict[str, Any]:
        values = {
            name: value if isinstance(value, dict) and "Value" in value else {"Value": value}
            for name, value in (outputs or {}).items()
        }
        template = {"Resources": resources, "Outputs": values}
        return {
            "StackName": self.name,
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            **self._role,
        }

    def _status(self) -> str:
        deadline = time.monotonic() + 60
        while True:
            [stack] = self._cloudformation.describe_stacks(StackName=self._id)["Stacks"]
            status: str = stack["StackStatus"]
            if not status.endswith("_IN_PROGRESS"):
                return status
            assert time.monotonic() < deadline, f"{self.name} stays {status}"
