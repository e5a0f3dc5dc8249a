"""Our message types against the official JSON schemas."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import msgspec
import pytest

from services.charging.domain import ocpp16, ocpp201
from services.charging.domain.ocpp_j.message import Message
from tests.charging.official import OCPP_1_6, OCPP_2_0_1, Schema, shape

FORGOTTEN = {"Hertz"}
"""By the official schema of StopTransaction in OCPP 1.6, which that of MeterValues has."""


def _messages(package: ModuleType) -> Iterator[tuple[str, type[Message]]]:
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, type) and issubclass(value, Message):
                yield name, value


OCPP16 = dict(_messages(ocpp16))
OCPP201 = dict(_messages(ocpp201))


@pytest.mark.parametrize("name", OCPP_1_6.names)
def test_ocpp_1_6_is_as_the_official_schema(name: str) -> None:
    official = _mended(_shape(OCPP_1_6.schema(name)))
    assert _mended(_shape(msgspec.json.schema(OCPP16[name]))) == official


@pytest.mark.parametrize("name", OCPP_2_0_1.names)
def test_ocpp_2_0_1_is_as_the_official_schema(name: str) -> None:
    ours = msgspec.json.schema(OCPP201[name.removesuffix("Request")])
    assert _shape(ours) == _shape(OCPP_2_0_1.schema(name))


def _shape(schema: Schema) -> Any:
    return shape(schema, schema.get("definitions") or schema.get("$defs", {}))


def _mended(form: Any) -> Any:
    """Without the lists' least lengths, in which the schemas of 1.6 disagree among themselves."""
    if isinstance(form, dict):
        return {key: _mended(value) for key, value in form.items() if key != "minItems"}
    return form - FORGOTTEN if isinstance(form, set) else form
