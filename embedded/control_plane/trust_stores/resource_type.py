"""The type of CloudFormation."""

from typing import Any

from ministack.services import alb
from ministack.services.cloudformation import provisioners

from embedded.control_plane.trust_stores import state
from embedded.control_plane.trust_stores.state import Record

TRUST_STORE = "AWS::ElasticLoadBalancingV2::TrustStore"


def _provision(logical_id: str, properties: Record, stack: str) -> tuple[str, Record]:
    name = properties.get("Name") or provisioners._physical_name(stack, logical_id, max_len=32)
    store = state.made(name, state.bundle(properties.get))
    return store["TrustStoreArn"], _attributes(store, properties)


def _provision_anew(
    physical_id: str, old: Record, new: Record, stack: str, logical_id: str | None = None
) -> tuple[str, Record]:
    """Its name cannot change: with another it is another, and the engine deletes the one before."""
    store = state.stores.get(physical_id)
    if store is None or old.get("Name") != new.get("Name"):
        return _provision(logical_id or physical_id, new, stack)
    store["Bundle"] = state.bundle(new.get)
    return physical_id, _attributes(store, new)


def _attributes(store: Record, properties: Record) -> Record:
    alb._tags[store["TrustStoreArn"]] = provisioners._elbv2_tags(properties.get("Tags"))
    return {
        "TrustStoreArn": store["TrustStoreArn"],
        "Status": "ACTIVE",
        "NumberOfCaCertificates": state.count(store),
    }


HANDLERS: dict[str, Any] = {
    "create": _provision,
    "update": _provision_anew,
    "update_with_logical_id": True,
    "delete": lambda physical_id, _: state.stores.pop(physical_id, None),
}
