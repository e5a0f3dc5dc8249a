import json
from pathlib import Path

import pytest

from proofs import assembly
from proofs.assembly import AssemblyError, Stage


@pytest.mark.parametrize("stages", [0, 2])
def test_an_assembly_of_one_stage_is_wanted(tmp_path: Path, stages: int) -> None:
    nested = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "x"}}
    artifacts = {str(number): nested for number in range(stages)}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    with pytest.raises(AssemblyError, match=f"has {stages} stages"):
        assembly.read(tmp_path)


def test_a_folder_without_an_assembly_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="holds no assembly: synthesise it first"):
        assembly.read(tmp_path)


def test_a_real_stage_is_read_whole(environments: dict[str, Stage]) -> None:
    live = environments["live"]
    (table,) = (r for r in live.resources if r.type == "AWS::DynamoDB::Table")
    assert table.place == "data/Table"
    assert table.properties["KeySchema"]
    (data,) = (stack for stack in live.stacks if stack.name == "data")
    assert data.stack_name == "live-data"
    assert data.target.endswith("/eu-central-1")
    places = {one.construct for one in data.acknowledged}
    assert "data/Database/Administrator" in places
