"""How a rule's finding is accepted: beside its resource, with the reason."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(scope: IConstruct, rule: str, *findings: str, because: str) -> None:
    """Accept what an AwsSolutions rule finds at `scope` and below it.

    `rule` is its name without the pack, such as ``IAM5``. A rule that reports several findings on
    one resource wants each named, such as ``Resource::*``.
    """
    name = f"AwsSolutions::AwsSolutions-{rule}"
    ids = [f"{name}[{finding}]" for finding in findings] or [name]
    Validations.of(scope).acknowledge(*(Acknowledgment(id=id_, reason=because) for id_ in ids))
