"""The operations of Elastic Load Balancing's API, in its XML.

What is asked for is told as a ``data:`` address, where AWS has one of S3 for ten minutes.
"""

import itertools
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ministack.services import alb

from embedded.control_plane.trust_stores import state
from embedded.control_plane.trust_stores.state import Record, RefusedError


def _create(parameters: Record) -> str:
    name = alb._p(parameters, "Name")
    if any(store["Name"] == name for store in state.stores.values()):
        raise RefusedError("DuplicateTrustStoreName", f"there is a trust store {name}")
    return _told([state.made(name, state.bundle(partial(alb._p, parameters)))])


def _modify(parameters: Record) -> str:
    store = state.store_of(parameters)
    store["Bundle"] = state.bundle(partial(alb._p, parameters))
    return _told([store])


def _describe(parameters: Record) -> str:
    arns = alb._parse_member_list(parameters, "TrustStoreArns")
    names = alb._parse_member_list(parameters, "Names")
    chosen = [
        store
        for store in state.stores.values()
        if (not arns or store["TrustStoreArn"] in arns) and (not names or store["Name"] in names)
    ]
    if (arns or names) and not chosen:
        raise RefusedError("TrustStoreNotFound", f"there is no trust store {[*arns, *names]}")
    return _told(chosen)


def _delete(parameters: Record) -> str:
    arn = state.store_of(parameters)["TrustStoreArn"]
    for listener in alb._listeners.values():
        if listener.get("MutualAuthentication", {}).get("TrustStoreArn") == arn:
            raise RefusedError("TrustStoreInUse", f"{listener['ListenerArn']} verifies by {arn}")
    state.stores.pop(arn)
    return ""


def _get_bundle(parameters: Record) -> str:
    return _location(state.store_of(parameters)["Bundle"])


def _add_lists(parameters: Record) -> str:
    store, added = state.store_of(parameters), []
    for number in itertools.count(1):
        given = partial(_member, parameters, number)
        if not given("S3Key"):
            break
        text = state.content(given, missing="RevocationContentNotFound")
        state.must_be_of(store, text)
        store["Added"] += 1
        store["Revocations"][store["Added"]] = text
        added.append(store["Added"])
    return _told_lists(store, added)


def _member(parameters: Record, number: int, name: str) -> str:
    value: str = alb._p(parameters, f"RevocationContents.member.{number}.{name}")
    return value


def _describe_lists(parameters: Record) -> str:
    store = state.store_of(parameters)
    return _told_lists(store, _numbers(parameters, store) or list(store["Revocations"]))


def _remove_lists(parameters: Record) -> str:
    store = state.store_of(parameters)
    for number in _numbers(parameters, store):
        del store["Revocations"][number]
    return ""


def _get_list(parameters: Record) -> str:
    store, number = state.store_of(parameters), int(alb._p(parameters, "RevocationId") or 0)
    if number not in store["Revocations"]:
        raise RefusedError("RevocationIdNotFound", f"there is no list {number}")
    return _location(store["Revocations"][number])


def _numbers(parameters: Record, store: Record) -> list[int]:
    asked = [int(one) for one in alb._parse_member_list(parameters, "RevocationIds")]
    if unknown := [number for number in asked if number not in store["Revocations"]]:
        raise RefusedError("RevocationIdNotFound", f"there are no lists {unknown}")
    return asked


def _told(stores: list[Record]) -> str:
    members = "".join(
        f"<member><Name>{store['Name']}</Name>"
        f"<TrustStoreArn>{store['TrustStoreArn']}</TrustStoreArn><Status>ACTIVE</Status>"
        f"<NumberOfCaCertificates>{state.count(store)}</NumberOfCaCertificates>"
        f"<TotalRevokedEntries>{sum(map(state.entries, store['Revocations'].values()))}"
        "</TotalRevokedEntries></member>"
        for store in stores
    )
    return f"<TrustStores>{members}</TrustStores>"


def _told_lists(store: Record, numbers: list[int]) -> str:
    members = "".join(
        f"<member><TrustStoreArn>{store['TrustStoreArn']}</TrustStoreArn>"
        f"<RevocationId>{number}</RevocationId><RevocationType>CRL</RevocationType>"
        f"<NumberOfRevokedEntries>{state.entries(store['Revocations'][number])}"
        "</NumberOfRevokedEntries></member>"
        for number in numbers
    )
    return f"<TrustStoreRevocations>{members}</TrustStoreRevocations>"


def _location(text: str) -> str:
    encoded = b64encode(text.encode()).decode()
    return f"<Location>data:application/x-pem-file;base64,{encoded}</Location>"


def _answering(action: str, operation: Callable[[Record], str]) -> Callable[[Record], Any]:
    def answer(parameters: Record) -> Any:
        try:
            return alb._xml(200, action, operation(parameters))
        except RefusedError as refused:
            return alb._error(refused.code, str(refused))

    return answer


OPERATIONS: Mapping[str, Callable[[Record], Any]] = {
    action: _answering(action, operation)
    for action, operation in {
        "AddTrustStoreRevocations": _add_lists,
        "CreateTrustStore": _create,
        "DeleteTrustStore": _delete,
        "DescribeTrustStoreRevocations": _describe_lists,
        "DescribeTrustStores": _describe,
        "GetTrustStoreCaCertificatesBundle": _get_bundle,
        "GetTrustStoreRevocationContent": _get_list,
        "ModifyTrustStore": _modify,
        "RemoveTrustStoreRevocations": _remove_lists,
    }.items()
}
