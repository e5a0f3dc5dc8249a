"""What CloudFormation may do in a member account."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from aws_cdk import CfnOutput, aws_iam
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.fleetcharge_stack import fleetcharge_stack
from stacks.constructs.isolation import DEPLOYMENT_RIGHTS, QUALIFIER

FILE = Path(__file__).with_suffix(".json")
"""The actions by kind of account; `make ledger` writes it from the templates."""
ROOM = 5_600
"""For the names of actions, of the 6,144 characters that a managed policy has."""


class DeploymentRights(Construct):
    """The policies that ``cdk bootstrap`` gives to the role with which CloudFormation deploys.

    Rules: each action is named, and needed by a resource of such an account (`proofs` holds both);
    of objects, deployments read those alone that they brought themselves.
    """

    def __init__(self, scope: Construct, name: str, *, kind: str) -> None:
        """`kind` of account: ``environment``, or the name of one around them."""
        super().__init__(scope, name)
        self._stack = fleetcharge_stack(self)
        actions: list[str] = json.loads(FILE.read_text(encoding="utf-8"))[kind]
        policies = [
            self._policy(number, part) for number, part in enumerate(_divided(actions), start=1)
        ]
        CfnOutput(
            self._stack,
            "DeploymentPolicies",
            value=",".join(one.managed_policy_arn for one in policies),
        )

    def _policy(self, number: int, actions: Sequence[str]) -> aws_iam.ManagedPolicy:
        policy = aws_iam.ManagedPolicy(
            self,
            f"Policy{number}",
            managed_policy_name=DEPLOYMENT_RIGHTS.replace("*", str(number)),
            description="What deployments may do in this account",
            statements=[aws_iam.PolicyStatement(actions=list(actions), resources=["*"])],
        )
        if number == 1:
            policy.add_statements(self._objects_stay_unread())
        acknowledge(
            policy,
            "IAM5",
            "Resource::*",
            because="Each action is named; what a deployment makes has a name only afterwards.",
            owner=Owner.SECURITY,
        )
        return policy

    def _objects_stay_unread(self) -> aws_iam.PolicyStatement:
        assets = f"arn:{self._stack.partition}:s3:::cdk-{QUALIFIER}-assets-{self._stack.account}-*"
        return aws_iam.PolicyStatement(
            sid="ObjectsStayUnread",
            effect=aws_iam.Effect.DENY,
            actions=["s3:GetObject", "s3:GetObjectVersion"],
            not_resources=[f"{assets}/*"],
        )


def _divided(actions: Sequence[str]) -> Iterator[list[str]]:
    """In order, as many together as a policy has room for."""
    part: list[str] = []
    for action in actions:
        if sum(len(one) + 3 for one in (*part, action)) > ROOM:
            yield part
            part = []
        part.append(action)
    yield part
