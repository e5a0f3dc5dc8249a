"""Properties that note which of them are read: what code is given and never looks at is lost."""

import copy
from collections.abc import Iterator
from typing import Any


class _Mapping(dict[str, Any]):
    """Notes the keys whose values are read, once it listens."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__({key: _watched(value) for key, value in values.items()})
        self._read: set[str] = set()
        self._listens = False

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        self._note(key)
        return super().pop(key, *default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        self._note(key)
        return super().setdefault(key, default)

    def items(self) -> Any:
        self._note(*self)
        return super().items()

    def values(self) -> Any:
        self._note(*self)
        return super().values()

    def __iter__(self) -> Iterator[str]:
        # Without one of our own, `dict(watched)` and `{**watched}` would read past us.
        return super().__iter__()

    def copy(self) -> Any:
        return copy.copy(self)

    def __copy__(self) -> Any:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return {key: copy.deepcopy(value, memo) for key, value in self.items()}

    def _note(self, *keys: str) -> None:
        if self._listens:
            self._read.update(keys)


class Watched(_Mapping):
    """The properties of a resource; `unread` says what nobody has read of them since `listen`.

    To ask which keys there are reads none of them. A mapping inside that is taken whole, or copied,
    is read whole: whoever keeps it keeps all of it. A copy of the whole is watched as one with it.
    """

    def listen(self) -> None:
        """Reads count from now on."""
        for mapping in _all(self):
            mapping._listens = True

    def was_read(self, key: str) -> bool:
        """Whether somebody asked for the key's value, be it there or not."""
        return key in self._read

    def unread(self) -> tuple[str, ...]:
        """Paths such as ``LockConfiguration/MinRetentionDays``; through lists without a number.

        Of the mappings in a list, each may have been asked for what only it has: a key was read
        when it was read in one of them.
        """
        return tuple(sorted(_unread([self])))

    def __copy__(self) -> Any:
        return _twin(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return _twin(self)


def _twin(value: Any) -> Any:
    if isinstance(value, list):
        return [_twin(item) for item in value]
    if not isinstance(value, _Mapping):
        return value
    made = type(value)({})
    dict.update(made, {key: _twin(inner) for key, inner in dict.items(value)})
    made._read, made._listens = value._read, value._listens
    return made


def _unread(mappings: list[_Mapping]) -> Iterator[str]:
    for key in {key: None for mapping in mappings for key in mapping}:
        values = [dict.get(m, key) for m in mappings if key in m and key in m._read]
        if not values:
            yield key
        looked_into = [inner for inner in _inside(values) if inner._read]
        yield from (f"{key}/{path}" for path in _unread(looked_into))


def _watched(value: Any) -> Any:
    if isinstance(value, dict):
        return _Mapping(value)
    if isinstance(value, list):
        return [_watched(item) for item in value]
    return value


def _inside(value: Any) -> Iterator[_Mapping]:
    """The mappings that a value is, or holds in lists."""
    if isinstance(value, _Mapping):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _inside(item)


def _all(mapping: _Mapping) -> Iterator[_Mapping]:
    yield mapping
    for inner in _inside(list(dict.values(mapping))):
        yield from _all(inner)
