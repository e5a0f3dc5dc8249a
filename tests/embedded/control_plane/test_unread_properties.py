"""What is deployed and never looked at is noted for as long as its resource is there."""

import pytest

from embedded.control_plane.record import UnreadFile
from tests.embedded.control_plane.conftest import ControlPlane
from tests.embedded.control_plane.stack import Resources, Stack, resources_of

pytestmark = pytest.mark.integration


def _unread(control_plane: ControlPlane) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    found = UnreadFile(control_plane.folder / "unread.json").resources()
    return {one.logical_id: (one.unread, one.unread_changes) for one in found if one.stack == "odd"}


def test_a_property_that_nothing_reads_is_noted(control_plane: ControlPlane) -> None:
    board: Resources = {"DashboardBody": "{}"}
    database: Resources = {"CatalogId": "111122223333", "DatabaseInput": {"Name": "odd"}}
    resources = resources_of(
        {
            "Board": ("CloudWatch::Dashboard", board),
            "Database": ("Glue::Database", database),
            "Images": ("ECR::Repository", {"EmptyOnDelete": True}),
            "Queue": ("SQS::Queue", {"VisibilityTimeout": 30}),
        }
    )
    stack = Stack(control_plane, "odd")
    assert stack.create(resources) == "CREATE_COMPLETE"
    assert _unread(control_plane) == {"Database": (("CatalogId",), ())}

    board["Tags"] = [{"Key": "colour", "Value": "red"}]
    database["DatabaseInput"]["Description"] = "of the test"
    assert stack.update(resources) == "UPDATE_COMPLETE"
    assert _unread(control_plane) == {
        "Board": ((), ("Tags",)),
        "Database": (("CatalogId",), ()),
    }

    assert stack.delete() == "DELETE_COMPLETE"
    assert _unread(control_plane) == {}
