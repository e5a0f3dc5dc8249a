"""A property of a resource that an operation of its own puts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Properties = dict[str, Any]


def _as_it_is(value: Any) -> Any:
    return value


def _nothing(_: Any) -> Any:
    return {}


@dataclass(frozen=True)
class Configuration:
    """Which operation, and how its input comes from the property."""

    put: str
    argument: str | None
    """None: what `shaped` answers are the arguments."""
    shaped: Callable[[Any], Any] = _as_it_is
    delete: str | None = None
    """None: `put` takes it away, with what `without` answers for the old value."""
    without: Callable[[Any], Any] = _nothing


@dataclass(frozen=True)
class Configurable:
    """A type with such properties, put in this order."""

    service: str
    """botocore's name of the service."""
    named: str
    """The argument of every operation that takes the physical id."""
    configurations: Mapping[str, Configuration]

    def apply(self, api: Any, name: str, old: Properties, new: Properties) -> None:
        """Put what is another than before, and take away what is there no longer."""
        for key, configuration in self.configurations.items():
            if key in new and new[key] != old.get(key):
                given = configuration.shaped(new[key])
                if key not in old and given == configuration.without(new[key]):
                    continue  # so it is anyway; and S3 refuses the access control that it has
            elif key in new or key not in old:
                continue
            elif configuration.delete:
                getattr(api, configuration.delete)(**{self.named: name})
                continue
            else:
                given = configuration.without(old[key])
            arguments = {configuration.argument: given} if configuration.argument else given
            getattr(api, configuration.put)(**{self.named: name}, **arguments)
