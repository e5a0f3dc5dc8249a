"""Parts of a station and what can be known of them (OCPP 2.0.1, part 1)."""

from services.charging.domain.ocpp201.types import EVSE, Message, String50


class Component(Message, frozen=True, kw_only=True):
    """A part of a station; names ignore case."""

    name: String50
    evse: EVSE | None = None
    instance: String50 | None = None


class Variable(Message, frozen=True, kw_only=True):
    """Something of a component that has a value; names ignore case."""

    name: String50
    instance: String50 | None = None


class ComponentVariable(Message, frozen=True, kw_only=True):
    """A variable of a component, or all of them."""

    component: Component
    variable: Variable | None = None
