"""A listener verifies its clients, when it is told to.

MiniStack's listeners forget ``MutualAuthentication``, in a template and in its API: then whoever
comes is let in.
"""

from typing import Any

from ministack.services import alb
from ministack.services.cloudformation import provisioners

from embedded.control_plane.trust_stores import state
from embedded.control_plane.trust_stores.state import RefusedError

Properties = dict[str, Any]
_OK = 200


def mend() -> None:
    """Kept from templates and from the API, and told."""
    tls, told = provisioners._elbv2_listener_tls, alb._listener_xml

    def elbv2_listener_tls(listener: Properties, properties: Properties) -> None:
        tls(listener, properties)
        _verify(listener, properties.get("MutualAuthentication"))

    def listener_xml(listener: Properties) -> str:
        verifies = listener.get("MutualAuthentication")
        members = "".join(f"<{name}>{value}</{name}>" for name, value in (verifies or {}).items())
        xml: str = told(listener)
        if not verifies:
            return xml
        return (
            xml.removesuffix("</member>")
            + f"<MutualAuthentication>{members}</MutualAuthentication></member>"
        )

    provisioners._elbv2_listener_tls, alb._listener_xml = elbv2_listener_tls, listener_xml
    for action in ("CreateListener", "ModifyListener"):
        alb._ACTION_MAP[action] = _verifying(action, alb._ACTION_MAP[action])


def _verifying(action: str, theirs: Any) -> Any:
    names = ("Mode", "TrustStoreArn", "IgnoreClientCertificateExpiry", "AdvertiseTrustStoreCaNames")

    def answer(parameters: Properties) -> Any:
        given = {name: alb._p(parameters, f"MutualAuthentication.{name}") for name in names}
        asked = {name: said for name, said in given.items() if said}
        try:
            _must_be_there(asked)
        except RefusedError as refused:
            return alb._error(refused.code, str(refused))
        before = set(alb._listeners)
        answered = theirs(parameters)
        if answered[0] != _OK or not asked:
            return answered
        (arn,) = set(alb._listeners) - before or {alb._p(parameters, "ListenerArn")}
        _verify(alb._listeners[arn], asked)
        return alb._xml(_OK, action, f"<Listeners>{_told(arn)}</Listeners>")

    return answer


def _told(arn: str) -> str:
    xml: str = alb._listener_xml(alb._listeners[arn])
    return xml


def _verify(listener: Properties, asked: Properties | None) -> None:
    listener.pop("MutualAuthentication", None)
    if asked:
        _must_be_there(asked)
        listener["MutualAuthentication"] = {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in asked.items()
        }


def _must_be_there(asked: Properties) -> None:
    if asked.get("Mode") == "verify" and (arn := asked.get("TrustStoreArn")) not in state.stores:
        raise RefusedError("TrustStoreNotFound", f"there is no trust store {arn}")
