"""How several processes share the tests (``pytest -n 2``), as a plug-in of pytest.

A file is run by one process, and so are all files of a folder whose tests share what takes long to
make. What takes longest begins first.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = (
    "tests/end_to_end/test_every_stage.py",
    "tests/end_to_end/",
    "tests/proofs/",
    "tests/stacks/",
    "tests/embedded/control_plane/",
    "tests/embedded/machine/",
)
"""Where a test's file is in several, the first holds; in the order in which they begin."""


def share(nodeid: str) -> str:
    """What the test is run together with; one of `TOGETHER`, or its file."""
    file, _, _ = nodeid.partition("::")
    return next(filter(file.startswith, TOGETHER), file)


class Shares(LoadScopeScheduling):  # type: ignore[misc] # xdist ships no types
    """Hands out shares. (xdist's own groups are lost on pytest 9.2: pytest-xdist issue 1386.)"""

    def _split_scope(self, nodeid: str) -> str:
        return share(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Shares:
    config.option.loadscopereorder = False  # by the number of tests, which tells nothing here
    return Shares(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: number for number, name in enumerate(TOGETHER)}
    items.sort(key=lambda item: order.get(share(item.nodeid), len(order)))
