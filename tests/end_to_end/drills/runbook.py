"""Runs the commands of a runbook as they stand there, on the machine's AWS."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.end_to_end.conftest import ROOT

_FOLDER = ROOT / "docs" / "runbooks"
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_COMMANDS = re.compile(r"^ *```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


class Runbook:
    """A page of ``docs/runbooks``: under each heading, the commands in its blocks."""

    def __init__(self, page: str, aws: Mapping[str, str]) -> None:
        """`aws`: the variables that point the AWS CLI at the account (`embedded.cdk`)."""
        self._page = page
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            **aws,
            "AWS_PAGER": "",
        }
        [first, *rest] = _HEADING.split((_FOLDER / page).read_text())[1:]
        texts = dict(zip([first, *rest[1::2]], rest[::2], strict=True))
        self._commands = {
            heading: "".join(_COMMANDS.findall(text)) for heading, text in texts.items()
        }

    def run(self, *headings: str, folder: Path, **given: str) -> str:
        """The commands under these headings, in one shell; returns what they print.

        `given` takes the place of the values that the page sets as examples (``ENV=live``). A
        command that fails ends the run, and the test.
        """
        script = "\n".join(self._commands[heading] for heading in headings)
        for name, value in given.items():
            script, found = re.subn(rf"(?<![\w-]){name}=\S+", f"{name}={value}", script)
            assert found, f"{self._page} sets no {name}"
        done = subprocess.run(  # noqa: S603 — the project's own page
            ["/bin/bash", "-euo", "pipefail", "-c", script],
            env=self._environment,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        said = f"{script}\n--- it said:\n{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, f"{self._page}: {said}"
        return done.stdout
