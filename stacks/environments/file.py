"""Reading ``environments.toml``."""

import tomllib
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stacks.environments.fleet import Fleet

DEFAULT_FILE = Path(__file__).parent.parent.parent / "environments.toml"


class EnvironmentsError(ValueError):
    """The file is not what the model asks for; one line for each fault."""


def read(file: Path = DEFAULT_FILE) -> Fleet:
    """Read and check the file; raises `EnvironmentsError`."""
    try:
        return parse(file.read_text(encoding="utf-8"))
    except EnvironmentsError as error:
        raise EnvironmentsError(f"{file.name} is refused:\n{error}") from error


def parse(text: str) -> Fleet:
    """Check the text of the file; raises `EnvironmentsError`."""
    try:
        fleet = Fleet.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise EnvironmentsError(f"not TOML: {error}") from error
    except ValidationError as error:
        raise EnvironmentsError("\n".join(map(_refusal, error.errors()))) from error
    if clashes := list(fleet.clashes()):
        raise EnvironmentsError("\n".join(clashes))
    return fleet


def _refusal(error: ErrorDetails) -> str:
    path = ".".join(map(str, error["loc"])) or "the file"
    match error["type"]:
        case "extra_forbidden":
            allowed = ", ".join(_table_at(error["loc"][:-1]).model_fields)
            return f"{path}: no such key; allowed here: {allowed}"
        case "missing":
            return f"{path}: is missing"
        case "value_error":
            return f"{path}: {error['ctx']['error']}"
        case _:
            return f"{path}: {error['msg'][0].lower()}{error['msg'][1:]}, not {error['input']!r}"


def _table_at(path: tuple[int | str, ...]) -> type[BaseModel]:
    table: type[BaseModel] = Fleet
    for key in path:
        annotation = table.model_fields[str(key)].annotation
        kinds = [kind for kind in get_args(annotation) or (annotation,) if isinstance(kind, type)]
        table = next(kind for kind in kinds if issubclass(kind, BaseModel))
    return table
