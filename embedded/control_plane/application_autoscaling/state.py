"""What is registered, by account and region."""

import copy
from typing import Any

from ministack.core.responses import AccountRegionScopedDict

Record = dict[str, Any]
Target = tuple[str, str, str]
"""Namespace, resource and dimension, such as ``ecs:service:DesiredCount``."""

targets = AccountRegionScopedDict()
policies = AccountRegionScopedDict()
actions = AccountRegionScopedDict()
tags = AccountRegionScopedDict()
_STORES = {"targets": targets, "policies": policies, "actions": actions, "tags": tags}


def target_of(record: Record) -> Target:
    """Whom a target, a policy or an action is about."""
    return record["ServiceNamespace"], record["ResourceId"], record["ScalableDimension"]


def get_state() -> dict[str, Any]:
    """As MiniStack saves it."""
    return {name: copy.deepcopy(store) for name, store in _STORES.items()}


def load_persisted_state(data: dict[str, Any]) -> None:
    """As MiniStack saved it."""
    for name, store in _STORES.items():
        store.update(data.get(name, {}))
