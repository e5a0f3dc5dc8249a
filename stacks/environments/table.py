"""What every table of ``environments.toml`` is: typed, unchangeable, without an unknown key."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
