"""How a rule's finding is accepted: beside its resource, with reason, owner and last day."""

import datetime
from enum import StrEnum

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


class Owner(StrEnum):
    """Who decided, and has to decide again."""

    SECURITY = "security"
    """Who gets in and who may do what; secrets."""
    PLATFORM = "platform"
    """What all programs stand on."""
    BILLING = "billing"
    CHARGING = "charging"
    TELEMETRY = "telemetry"


REVIEWS = {
    Owner.SECURITY: datetime.date(2027, 2, 28),  # each quarter
    Owner.PLATFORM: datetime.date(2027, 5, 31),  # each half-year, as the products
    Owner.BILLING: datetime.date(2027, 6, 30),  # when last year's books are audited
    Owner.CHARGING: datetime.date(2027, 5, 31),
    Owner.TELEMETRY: datetime.date(2027, 5, 31),
}
"""The day of each owner's next review, until which what it accepted holds."""


def acknowledge(
    scope: IConstruct,
    rule: str,
    *findings: str,
    because: str,
    owner: Owner,
) -> None:
    """Accept what an AwsSolutions rule finds at `scope` and below it, until the owner's review.

    `rule` is its name without the pack, such as ``IAM5``. A rule that reports several findings on
    one resource wants each named, such as ``Resource::*``. Whether one has expired or is no longer
    needed is told by the proofs: synthesis has no clock.
    """
    name = f"AwsSolutions::AwsSolutions-{rule}"
    ids = [f"{name}[{finding}]" for finding in findings] or [name]
    reason = f"{because} [{owner}, until {REVIEWS[owner]}]"
    Validations.of(scope).acknowledge(*(Acknowledgment(id=id_, reason=reason) for id_ in ids))
