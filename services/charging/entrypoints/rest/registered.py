"""What entering something did."""

import http
from typing import Any

from pydantic import BaseModel

CREATED: dict[int | str, dict[str, Any]] = {http.HTTPStatus.CREATED.value: {"description": "New"}}
"""The answer of a PUT, beside 200."""


class Registered(BaseModel):
    """What a list did."""

    created: int
    updated: int
