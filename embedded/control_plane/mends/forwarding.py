"""An action of a load balancer forwards to all its target groups, by weight.

MiniStack keeps the first target group of ``ForwardConfig`` and neither the others nor the weights,
in a template and in its API: a new version beside the old one then never gets a request.
"""

from typing import Any

from ministack.services import alb
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
_WEIGHT = 1
"""Of a target group that names none (``TargetGroupTuple``)."""


def mend() -> None:
    """Kept from templates and from the API's form, and told."""
    _keep_what_templates_say()
    _keep_what_the_api_says()
    _tell()


def _keep_what_templates_say() -> None:
    theirs = provisioners._elbv2_listener_actions

    def actions(properties: Properties, load_balancer: Any, prop: str = "DefaultActions") -> Any:
        kept = theirs(properties, load_balancer, prop)
        for action, asked in zip(kept, properties.get(prop) or [], strict=True):
            if groups := (asked.get("ForwardConfig") or {}).get("TargetGroups"):
                action["ForwardConfig"] = {
                    "TargetGroups": [
                        {
                            "TargetGroupArn": group["TargetGroupArn"],
                            "Weight": int(group.get("Weight", _WEIGHT)),
                        }
                        for group in groups
                    ]
                }
        return kept

    provisioners._elbv2_listener_actions = actions


def _keep_what_the_api_says() -> None:
    theirs = alb._parse_actions

    def parse_actions(parameters: Properties, prefix: str = "DefaultActions") -> Any:
        actions = theirs(parameters, prefix)
        for number, action in enumerate(actions, start=1):
            groups = _groups(parameters, f"{prefix}.member.{number}.ForwardConfig.TargetGroups")
            if groups:
                action["ForwardConfig"] = {"TargetGroups": groups}
                action.setdefault("TargetGroupArn", groups[0]["TargetGroupArn"])
        return actions

    alb._parse_actions = parse_actions


def _groups(parameters: Properties, prefix: str) -> list[Properties]:
    groups: list[Properties] = []
    while arn := alb._p(parameters, f"{prefix}.member.{len(groups) + 1}.TargetGroupArn"):
        weight = alb._p(parameters, f"{prefix}.member.{len(groups) + 1}.Weight", str(_WEIGHT))
        groups.append({"TargetGroupArn": arn, "Weight": int(weight)})
    return groups


def _tell() -> None:
    theirs = alb._action_xml

    def action_xml(action: Properties) -> str:
        groups = action.get("ForwardConfig", {}).get("TargetGroups", [])
        members = "".join(
            f"<member><TargetGroupArn>{group['TargetGroupArn']}</TargetGroupArn>"
            f"<Weight>{group['Weight']}</Weight></member>"
            for group in groups
        )
        told: str = theirs(action)
        if not members:
            return told
        forward = f"<ForwardConfig><TargetGroups>{members}</TargetGroups></ForwardConfig>"
        return told.removesuffix("</member>") + f"{forward}</member>"

    alb._action_xml = action_xml
