from ipaddress import IPv4Address
from pathlib import Path

import pytest

from embedded.containers.addresses import Addresses, AddressesExhaustedError

MACHINE = Path("/somewhere/.embedded")


def test_each_task_has_an_address_of_its_own() -> None:
    addresses = Addresses(MACHINE)
    taken = {addresses.take(f"task-{number}") for number in range(254)}
    assert len(taken) == 254
    assert all(IPv4Address(address).is_loopback for address in taken)
    assert "127.0.0.1" not in taken
    with pytest.raises(AddressesExhaustedError):
        addresses.take("one more")


def test_a_task_keeps_its_address() -> None:
    addresses = Addresses(MACHINE)
    first = addresses.take("task")
    addresses.take("another")
    assert addresses.take("task") == first


def test_a_released_address_comes_round_last() -> None:
    addresses = Addresses(MACHINE)
    first = addresses.take("task")
    addresses.release("task")
    following = [addresses.take(f"task-{number}") for number in range(254)]
    assert following[-1] == first


def test_machines_do_not_share_addresses() -> None:
    assert Addresses(MACHINE).take("task") != Addresses(Path("/elsewhere")).take("task")
