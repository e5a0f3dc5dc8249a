"""What a program is deployed with is what its settings class asks for, and nothing else."""

from collections.abc import Mapping
from typing import TypeVar

from contracts.settings import Settings

Value = TypeVar("Value")


def plain(program: type[Settings], values: Mapping[str, str]) -> dict[str, str]:
    """The variables whose values stand in the template; raises `ValueError` naming each misfit.

    `values` is by field: ``database_host`` becomes ``DATABASE_HOST``.
    """
    return _fitting(program, program.plain_variables(), values)


def secret(program: type[Settings], values: Mapping[str, Value]) -> dict[str, Value]:
    """The variables that the platform resolves when the program starts; checked the same way."""
    return _fitting(program, program.secret_variables(), values)


def _fitting(
    program: type[Settings], variables: tuple[str, ...], values: Mapping[str, Value]
) -> dict[str, Value]:
    given = {name.upper(): value for name, value in values.items()}
    required = program.required_variables()
    faults = [f"{name} is not set" for name in variables if name in required and name not in given]
    faults += [f"{name} is no variable of it" for name in given if name not in variables]
    if faults:
        raise ValueError(f"{program.__name__}: {'; '.join(faults)}")
    return {name: given[name] for name in variables if name in given}
