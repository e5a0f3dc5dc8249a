"""A stack in progress is described when it is done, so that who asks need not ask again.

The CDK CLI asks for a stack's status, then waits 5 seconds whatever the stack needs; boto3's
waiters wait 30. An answer that is held back until there is news, for less than those pauses, is
as true and far quicker. Nothing is held when all stacks are asked for.
"""

import asyncio
import time
from typing import Any
from urllib.parse import parse_qs

from ministack.services import cloudformation

_SECONDS = 4.0
_STEP_SECONDS = 0.05
_AT_WORK = b"_IN_PROGRESS</StackStatus>"
_AT_REST = b"<StackStatus>REVIEW_IN_PROGRESS</StackStatus>"
"""A stack that has a change set and nobody has executed it."""

Response = tuple[int, dict[str, str], bytes]


def mend() -> None:
    """Holds ``DescribeStacks`` of one stack."""
    theirs = cloudformation.handle_request

    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        deadline = time.monotonic() + _SECONDS
        while True:
            response: Response = await theirs(method, path, headers, body, query)
            at_work = _AT_WORK in response[2] and _AT_REST not in response[2]
            if not at_work or not _names_one(body) or time.monotonic() > deadline:
                return response
            await asyncio.sleep(_STEP_SECONDS)

    cloudformation.handle_request = handle_request


def _names_one(body: bytes) -> bool:
    asked = parse_qs(body.decode("utf-8", "replace"))
    return asked.get("Action") == ["DescribeStacks"] and "StackName" in asked
