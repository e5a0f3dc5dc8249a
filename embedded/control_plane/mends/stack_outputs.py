"""``Fn::GetStackOutput`` across regions and accounts.

MiniStack looks a stack up where the asking stack is and passes over ``Region`` and ``RoleArn``, so
a distribution never finds its web ACL, whose stack is in us-east-1.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services.cloudformation import changesets, engine, handlers, stacks

_FUNCTION = "Fn::GetStackOutput"


def mend() -> None:
    """Every module of MiniStack's that resolves references gets ours."""
    theirs = engine._resolve_refs

    def resolve_refs(value: Any, *scope: Any) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get(_FUNCTION), dict):
            return theirs(value, *scope)
        # What names the output may hold references itself: those are the asking stack's.
        asked = {key: resolve_refs(part, *scope) for key, part in value[_FUNCTION].items()}
        with _where(asked):
            return theirs({_FUNCTION: asked}, *scope)

    for module in (changesets, engine, handlers, stacks):
        module._resolve_refs = resolve_refs


@contextmanager
def _where(asked: dict[str, str]) -> Iterator[None]:
    role = asked.get("RoleArn")
    account = role.split(":")[4] if role else get_account_id()
    with request_scope(account, asked.get("Region") or get_region()):
        yield
