"""Lambda functions run as deployed: with what their package and configuration hold, and fast.

MiniStack's local executor (``ministack.core.lambda_runtime``) does otherwise. It

- starts functions with the control plane's own environment and installed packages. A variable or
  a module that was never deployed would be found here and missed in an account.
- guesses the end of an invocation's log by 50 ms of silence. That alone held a function to 17
  invocations a second. A mark in the stream tells the end instead.
- waits an hour for a custom resource whose function has already failed.
"""

import os
import queue
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource

from embedded.control_plane.settings import ControlPlaneSettings

_END_OF_LOG = "\x1e end of invocation"
_LOG_SECONDS = 1.0
"""How long a log may lag behind the answer of its invocation; then it joins the next one's."""

_IN_EVERY_RUNTIME = (
    *("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "urllib3"),
    *("six.py",),
)
"""What AWS's Python runtime brings, beside the standard library."""

_OF_THE_PLATFORM = frozenset({"HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ"})


def mend(settings: ControlPlaneSettings, environment: Mapping[str, str]) -> None:
    """Call once, before any function runs. `environment` is the control plane's own."""
    _start_with_the_deployed_environment(settings, environment)
    _run_on_a_plain_interpreter(settings, environment)
    _mark_the_end_of_each_log()
    _fail_custom_resources_with_their_function()


class _OperatingSystem:
    """The module ``os`` with another environment: what every function starts from."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environ = dict(environment)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


def _start_with_the_deployed_environment(
    settings: ControlPlaneSettings, environment: Mapping[str, str]
) -> None:
    # The variables that mark the processes of this machine must go on to functions.
    kept = {
        name: value
        for name, value in environment.items()
        if name in _OF_THE_PLATFORM or name.startswith("EMBEDDED_AWS_")
    }
    kept["AWS_ENDPOINT_URL"] = settings.endpoint
    lambda_runtime.os = _OperatingSystem(kept)


def _run_on_a_plain_interpreter(
    settings: ControlPlaneSettings, environment: Mapping[str, str]
) -> None:
    """The standard library, what the runtime brings, and the package; no site-packages."""
    runtime = settings.scratch / "python-runtime"
    runtime.mkdir(parents=True)
    installed = Path(lambda_runtime.__file__).parents[2]
    for name in _IN_EVERY_RUNTIME:
        (runtime / name).symlink_to(installed / name)
    base = environment.get("EMBEDDED_INTERPRETER") or str(
        Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    )
    launcher = settings.scratch / "python"
    launcher.write_text(f'#!/bin/sh\nexec "{base}" -S "$@"\n')
    launcher.chmod(0o755)
    script = f"import sys\nsys.path.append({str(runtime)!r})\n" + _with_end_of_log(
        lambda_runtime._PYTHON_WORKER_SCRIPT
    )
    theirs = lambda_runtime._detect_runtime_binary

    def detect_runtime_binary(runtime_name: str) -> tuple[str, str]:
        if runtime_name.startswith("python"):
            return str(launcher), script
        binary, worker_script = theirs(runtime_name)
        return binary, worker_script

    lambda_runtime._detect_runtime_binary = detect_runtime_binary


def _with_end_of_log(script: str) -> str:
    before, flush, after = script.rpartition("        _real_stdout.flush()\n")
    if not flush:
        raise RuntimeError("MiniStack's Python worker has changed: see embedded/control_plane")
    mark = f"        sys.stderr.write({_END_OF_LOG + chr(10)!r})\n        sys.stderr.flush()\n"
    return before + mark + flush + after


def _mark_the_end_of_each_log() -> None:
    theirs = lambda_runtime.Worker._drain_stderr_bounded

    def drain(worker: Any) -> str:
        if not worker.config.get("Runtime", "").startswith("python"):
            return str(theirs(worker))
        lines: list[str] = []
        deadline = time.monotonic() + _LOG_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = worker._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            if line == _END_OF_LOG:
                break
            lines.append(line)
        return "\n".join(lines)

    lambda_runtime.Worker._drain_stderr_bounded = drain


def _fail_custom_resources_with_their_function() -> None:
    theirs = lambda_svc._execute_function_with_config_scope

    def execute(function: dict[str, Any], event: Any) -> Any:
        result = theirs(function, event)
        address = event.get("ResponseURL", "") if isinstance(event, dict) else ""
        if isinstance(result, dict) and result.get("error") and "/cfn-response/" in address:
            body = result.get("body")
            reason = body.get("errorMessage") if isinstance(body, dict) else body
            custom_resource.deliver_response(
                address.rsplit("/", 1)[-1],
                {"Status": "FAILED", "Reason": f"the function failed: {reason}"},
            )
        return result

    lambda_svc._execute_function_with_config_scope = execute
