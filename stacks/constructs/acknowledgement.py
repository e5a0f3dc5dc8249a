"""How a rule's finding is accepted: beside its resource, with reason, owner and last day."""

import datetime

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

REVIEW = datetime.date(2027, 5, 31)
"""The day until which all are looked at again, where one names no earlier day."""


def acknowledge(
    scope: IConstruct,
    rule: str,
    *findings: str,
    because: str,
    owner: str = "platform",
    until: datetime.date = REVIEW,
) -> None:
    """Accept what an AwsSolutions rule finds at `scope` and below it, until that day.

    `rule` is its name without the pack, such as ``IAM5``. A rule that reports several findings on
    one resource wants each named, such as ``Resource::*``. Whether one has expired or is no longer
    needed is told by the proofs: synthesis has no clock.
    """
    name = f"AwsSolutions::AwsSolutions-{rule}"
    ids = [f"{name}[{finding}]" for finding in findings] or [name]
    reason = f"{because} [{owner}, until {until}]"
    Validations.of(scope).acknowledge(*(Acknowledgment(id=id_, reason=reason) for id_ in ids))
