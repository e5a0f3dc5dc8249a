"""Tests of what only some environments have."""

import pytest

from stacks import environments


def with_supporting(service: str) -> pytest.MarkDecorator:
    """Only with the assemblies of environments that turn the service on."""
    fleet = environments.read().named()
    names = [name for name, one in fleet.items() if getattr(one.supporting, service)]
    assert names
    return pytest.mark.parametrize("assembly", names, indirect=True)
