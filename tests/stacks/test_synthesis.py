import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from stacks import synthesis
from stacks.synthesis import ROOT, Synthesis, synthesise

SOURCES = ("app.py", "cdk.json", "environments.toml", "contracts", "lambdas", "stacks")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """What synthesis reads of the repository, at another path."""
    for name in SOURCES:
        source, copy = ROOT / name, tmp_path / "another checkout" / name
        copy.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, copy)
    return copy.parent


def digests(folder: Path) -> dict[str, str]:
    """Of every file of an assembly, which tells the way to the checkout's packages from itself."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(
            re.sub(rb'"path": "[^"]*/[.]packages/', b'"path": ".packages/', file.read_bytes())
        ).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_two_paths_give_the_same_bytes_alone_or_with_others(
    syntheses: dict[str, Synthesis], elsewhere: Path
) -> None:
    here = syntheses["playground"]
    (there,) = synthesise(["playground"], into=elsewhere / "cdk.out", root=elsewhere)
    assert there.failure is None, there.failure
    assert len(digests(here.assembly)) > 40
    assert digests(here.assembly) == digests(there.assembly)


def test_what_the_cdk_draws_by_lot_is_the_same_each_time() -> None:
    """Its first token's number: by it, statements and published outputs change places."""
    node = ROOT / "stacks" / "node.sh"
    drawn = [subprocess.check_output([node, "-p", "Math.random()"]) for _ in range(3)]  # noqa: S603 — our own script
    assert len(set(drawn)) == 1


def test_the_command_line_of_the_cdk_runs_the_same_node() -> None:
    app = json.loads((ROOT / "cdk.json").read_text())["app"]
    assert app.startswith("JSII_NODE=stacks/node.sh ")


def test_a_finding_stops_the_synthesis(elsewhere: Path) -> None:
    queue = elsewhere / "stacks/constructs/encrypted_queue.py"
    queue.write_text(queue.read_text().replace("enforce_ssl=True", "enforce_ssl=False"))
    (refused,) = synthesise(["playground"], into=elsewhere / "cdk.out", root=elsewhere)
    assert refused.failure is not None
    assert "AwsSolutions-SQS4" in refused.failure
    assert "playground/queue/SessionEvents/Queue" in refused.failure


def test_of_several_only_the_one_with_a_finding_is_refused(elsewhere: Path) -> None:
    trail = elsewhere / "stacks/organization/trail.py"
    rotated, not_rotated = "enable_key_rotation=True", "enable_key_rotation=False"
    trail.write_text(trail.read_text().replace(rotated, not_rotated))
    playground, organization = synthesise(
        ["playground", "organization"], into=elsewhere / "cdk.out", root=elsewhere
    )
    assert playground.failure is None
    assert "organization/trail/Key" in (organization.failure or "")


def test_a_wrong_environments_file_is_told_in_one_line(elsewhere: Path) -> None:
    file = elsewhere / "environments.toml"
    file.write_text(file.read_text().replace('city = "Berlin"', "city = 1"))
    (refused,) = synthesise(["playground"], into=elsewhere / "cdk.out", root=elsewhere)
    assert refused.failure is not None
    *_, heading, line = refused.failure.strip().splitlines()
    assert heading == "environments.toml is refused:"
    assert line == "company.city: input should be a valid string, not 1"


def test_an_unknown_environment_is_refused_with_those_there_are() -> None:
    with pytest.raises(SystemExit, match="liv; there are live, qa, dev, playground"):
        synthesis.main(["liv"])


def test_each_environment_is_told_with_its_resources(
    syntheses: dict[str, Synthesis],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = syntheses["playground"]
    monkeypatch.setattr(synthesis, "synthesise", lambda _: [done])
    assert synthesis.main(["playground"]) == 0
    stacks, resources = len(done.templates()), done.resources()
    assert resources > 200
    assert f"playground    {stacks} stacks   {resources} resources" in capsys.readouterr().out
