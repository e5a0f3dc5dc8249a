from pathlib import Path

from embedded.control_plane.record import RecordedResource, RecordFile

TARGET = RecordedResource(
    account="111122223333",
    region="eu-central-1",
    stack="shop",
    logical_id="Target",
    resource_type="AWS::ApplicationAutoScaling::ScalableTarget",
    physical_id="service/shop",
)


def test_a_resource_is_listed_until_it_is_removed(tmp_path: Path) -> None:
    record = RecordFile(tmp_path / "folder" / "record")
    assert record.resources() == ()
    record.add(TARGET)
    record.add(TARGET)
    assert record.resources() == (TARGET,)
    record.remove(TARGET.account, TARGET.region, TARGET.resource_type, TARGET.physical_id)
    assert record.resources() == ()


def test_a_line_cut_short_by_a_crash_hides_no_other(tmp_path: Path) -> None:
    path = tmp_path / "record"
    path.write_text('\n{"recorded": {"account": "1111')
    record = RecordFile(path)
    record.add(TARGET)
    assert record.resources() == (TARGET,)
