from collections.abc import Iterator

import pytest

from tests.embedded.machine.cloud import Cloud, new_machine


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A machine that the tests share; none of them may break it."""
    machine = new_machine(tmp_path_factory.mktemp("machine"))
    machine.up()
    yield Cloud(machine)
    machine.down()
