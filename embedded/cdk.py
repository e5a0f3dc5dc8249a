"""The real CDK CLI against an endpoint of one's own; serves any CDK app.

The CLI runs with nothing of the caller's own AWS configuration: neither credentials nor a profile
nor the network can lead it to an account in the cloud.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_CLI = Path(__file__).parent.parent / "node_modules/.bin/cdk"
_ACCOUNTS = Path(__file__).with_name("cdk_accounts.js")
"""Without it, the CLI could reach the caller's account only."""
Line = Callable[[str], None]
"""Takes one line of the CLI's output as it comes."""


class CdkError(Exception):
    """The CLI ended with a status that is not 0; carries the last lines that it wrote."""


def environment(account: str, region: str, endpoint: str) -> dict[str, str]:
    """The variables that point the CLI, boto3 and every AWS SDK at the endpoint.

    The access key is the account's id, of 12 digits: so the endpoint tells accounts apart. The
    endpoint's host must be ``localhost``.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "embedded",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def bootstrap(
    aws: Mapping[str, str],
    places: Sequence[str] = (),
    *,
    boundary: str | None = None,
    policies: str | None = None,
    output: Line = print,
) -> None:
    """Bootstrap `places` (``aws://ACCOUNT/REGION``), or the one that `aws` names.

    `boundary` is the name of the policy that bounds deployments; `policies` are those of what they
    may do, by their ARN with commas between, of one account. Without them they may do everything.
    Raises `CdkError`. Where a ``cdk.json`` is, the CLI would synthesise that app first: so it runs
    elsewhere.
    """
    targets = places or [f"aws://{aws['AWS_ACCESS_KEY_ID']}/{aws['AWS_REGION']}"]
    bounded = [f"--custom-permissions-boundary={boundary}"] if boundary else []
    allowed = [f"--cloudformation-execution-policies={policies}"] if policies else []
    with tempfile.TemporaryDirectory() as nowhere:
        _run(["bootstrap", *targets, *bounded, *allowed], aws, Path(nowhere), output)


def deploy(
    aws: Mapping[str, str],
    arguments: Sequence[str],
    *,
    directory: Path = Path(),
    concurrency: int = 4,
    output: Line = print,
) -> None:
    """``cdk deploy`` with `arguments` (stacks, ``--all``, context …). Raises `CdkError`."""
    options = ["--require-approval=never", f"--concurrency={concurrency}"]
    _run(["deploy", *options, *arguments], aws, directory, output)


def destroy(
    aws: Mapping[str, str],
    arguments: Sequence[str],
    *,
    directory: Path = Path(),
    output: Line = print,
) -> None:
    """``cdk destroy`` without asking. Raises `CdkError`."""
    _run(["destroy", "--force", *arguments], aws, directory, output)


def diff(
    aws: Mapping[str, str],
    arguments: Sequence[str],
    *,
    directory: Path = Path(),
    output: Line = print,
) -> None:
    """``cdk diff`` through change sets. Raises `CdkError`."""
    _run(["diff", *arguments], aws, directory, output)


def _run(arguments: Sequence[str], aws: Mapping[str, str], directory: Path, output: Line) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    switches = {
        "CI": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DISABLE_VERSION_CHECK": "1",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    }
    last: list[str] = []
    with subprocess.Popen(  # noqa: S603 — the pinned CLI
        [
            str(_CLI),
            *arguments,
            f"--plugin={_ACCOUNTS}",
            "--no-notices",
            "--no-color",
            "--progress=events",
        ],
        cwd=directory,
        env={**own, **aws, **switches},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101 — it is a pipe, see above
        for line in process.stdout:
            last = [*last[-30:], line.rstrip()]
            output(line.rstrip())
    if process.returncode != 0:
        shown = "\n".join(last)
        raise CdkError(f"cdk {arguments[0]} ended with status {process.returncode}:\n{shown}")
