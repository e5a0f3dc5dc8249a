"""The CLI is told of the endpoint and of nothing else."""

from pathlib import Path

import pytest

from embedded import cdk

AWS = cdk.environment("111122223333", "eu-central-1", "http://localhost:4566")
_SCRIPT = """#!/bin/sh
echo "in $PWD"
echo "called $*"
env
echo refused
exit ${STATUS:-0}
"""


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the CLI's place that says how it was called."""
    program = tmp_path / "cdk"
    program.write_text(_SCRIPT)
    program.chmod(0o755)
    monkeypatch.setattr(cdk, "_CLI", program)
    return program


@pytest.mark.usefixtures("cli")
def test_the_callers_own_credentials_never_reach_the_cli(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "live")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of live")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://elsewhere")
    lines: list[str] = []
    cdk.deploy(AWS, ["--all"], output=lines.append)
    told = dict(line.split("=", 1) for line in lines if line.startswith("AWS_"))
    assert told == AWS
    assert any(line.startswith("called deploy --require-approval=never") for line in lines)


@pytest.mark.usefixtures("cli")
def test_bootstrap_runs_where_no_app_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cdk.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    lines: list[str] = []
    cdk.bootstrap(AWS, output=lines.append)
    assert lines[0] != f"in {tmp_path}"
    assert lines[1].startswith("called bootstrap aws://111122223333/eu-central-1 ")


@pytest.mark.usefixtures("cli")
def test_bootstrap_tells_what_deployments_may_do_and_what_bounds_them() -> None:
    lines: list[str] = []
    cdk.bootstrap(AWS, boundary="bound", policies="arn:one,arn:two", output=lines.append)
    assert " --custom-permissions-boundary=bound " in lines[1]
    assert " --cloudformation-execution-policies=arn:one,arn:two " in lines[1]


@pytest.mark.usefixtures("cli")
def test_a_failure_carries_what_the_cli_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATUS", "3")
    with pytest.raises(cdk.CdkError, match=r"(?s)cdk destroy ended with status 3:.*refused"):
        cdk.destroy(AWS, ["--all"], output=lambda _: None)
