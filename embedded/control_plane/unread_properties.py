"""What MiniStack's own types were given and never looked at: deployed, and yet nowhere.

That a property was read says only that it may have had an effect; that it was not, that it had
none. Noted for each resource, in `embedded.control_plane.record.UnreadFile`.
"""

from collections.abc import Iterator
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners, stacks

from embedded.control_plane.record import PartlyReadResource, UnreadFile
from embedded.control_plane.watched import Watched

Properties = dict[str, Any]
_Key = tuple[str, str, str, str]
_READ_AT_DELETION = {"AWS::ECR::Repository": {"EmptyOnDelete"}}


def watch(record: UnreadFile, except_for: frozenset[str]) -> None:
    """Call before anything takes changes over that MiniStack then does not see.

    `except_for` are the types that are only recorded: nobody reads theirs, and that is said.
    Custom resources have no handlers: their function gets them whole.
    """
    unread = _Unread(record)
    types = provisioners._RESOURCE_HANDLERS.keys() - except_for
    provision, update, delete = (
        stacks._provision_resource,
        stacks._update_resource,
        stacks._delete_resource,
    )

    def provisioned(resource_type: str, logical_id: str, new: Properties, stack: str) -> Any:
        if resource_type not in types:
            return provision(resource_type, logical_id, new, stack)
        seen = Watched(new)
        physical_id, attributes = provision(resource_type, logical_id, seen, stack)
        unread.created(resource_type, physical_id, stack, logical_id, seen)
        return physical_id, attributes

    def updated(
        resource_type: str,
        physical_id: str,
        old: Properties,
        new: Properties,
        stack: str,
        logical_id: str,
        *rest: Any,
    ) -> Any:
        if resource_type not in types or old == new:
            return update(resource_type, physical_id, old, new, stack, logical_id, *rest)
        seen = Watched(new)
        there, attributes = update(resource_type, physical_id, old, seen, stack, logical_id, *rest)
        if there == physical_id:
            unread.changed(resource_type, there, stack, logical_id, tuple(_lost(old, seen)))
        else:
            unread.created(resource_type, there, stack, logical_id, seen)
        return there, attributes

    def deleted(resource_type: str, physical_id: str, *rest: Any) -> Any:
        result = delete(resource_type, physical_id, *rest)
        unread.deleted(resource_type, physical_id)
        return result

    stacks._provision_resource = provisioned
    stacks._update_resource = updated
    stacks._delete_resource = deleted


def listen() -> None:
    """Call when every type has its handlers: their reads count, not those of the engine."""
    for handlers in provisioners._RESOURCE_HANDLERS.values():
        for operation in ("create", "update"):
            if operation in handlers:
                handlers[operation] = _listening(handlers[operation])


def _listening(handler: Any) -> Any:
    def handle(*arguments: Any) -> Any:
        for argument in arguments:
            if isinstance(argument, Watched):
                argument.listen()
        return handler(*arguments)

    return handle


def _lost(old: Properties, seen: Watched) -> Iterator[str]:
    """Paths that nobody read in the properties that changed, or that are there no longer."""
    for path in seen.unread():
        name = path.partition("/")[0]
        if name not in old or dict.get(seen, name) != old[name]:
            yield path
    yield from sorted(name for name in old.keys() - seen.keys() if not seen.was_read(name))


class _Unread:
    """What the file says, so that nothing is appended for a resource that is read whole."""

    def __init__(self, record: UnreadFile) -> None:
        self._record = record
        self._there = {
            (one.account, one.region, one.resource_type, one.physical_id): one
            for one in record.resources()
        }

    def created(
        self, resource_type: str, physical_id: str, stack: str, logical_id: str, seen: Watched
    ) -> None:
        later = _READ_AT_DELETION.get(resource_type, set())
        unread = tuple(path for path in seen.unread() if path not in later)
        self._note(resource_type, physical_id, stack, logical_id, unread, ())

    def changed(
        self,
        resource_type: str,
        physical_id: str,
        stack: str,
        logical_id: str,
        changes: tuple[str, ...],
    ) -> None:
        """Adds to what was unread at the creation, and in earlier changes."""
        before = self._there.get(_key(resource_type, physical_id))
        unread = before.unread if before else ()
        earlier = before.unread_changes if before else ()
        lost = tuple(sorted({*changes, *earlier} - {*unread}))
        self._note(resource_type, physical_id, stack, logical_id, unread, lost)

    def deleted(self, resource_type: str, physical_id: str) -> None:
        """Nothing is left of the resource."""
        key = _key(resource_type, physical_id)
        if self._there.pop(key, None):
            self._record.remove(*key)

    def _note(
        self,
        resource_type: str,
        physical_id: str,
        stack: str,
        logical_id: str,
        unread: tuple[str, ...],
        changes: tuple[str, ...],
    ) -> None:
        account, region, *_ = key = _key(resource_type, physical_id)
        noted = PartlyReadResource(
            account=account,
            region=region,
            stack=stack,
            logical_id=logical_id,
            resource_type=resource_type,
            physical_id=physical_id,
            unread=unread,
            unread_changes=changes,
        )
        if (unread or changes) and self._there.get(key) != noted:
            self._there[key] = noted
            self._record.add(noted)


def _key(resource_type: str, physical_id: str) -> _Key:
    return get_account_id(), get_region(), resource_type, physical_id
