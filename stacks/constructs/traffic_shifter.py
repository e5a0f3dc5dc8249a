"""Blue/green deployments."""

from aws_cdk import aws_ecs, aws_elasticloadbalancingv2, aws_iam
from constructs import Construct

from stacks.constructs.acknowledgement import Owner, acknowledge

Targets = aws_elasticloadbalancingv2.ApplicationTargetGroup
Rule = aws_elasticloadbalancingv2.ApplicationListenerRule


class TrafficShifter(Construct):
    """The role by which ECS moves requests between a service's two target groups.

    Rules: it may change this service's own rules and targets, and look at others.
    """

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self._role = aws_iam.Role(
            self,
            "Role",
            assumed_by=aws_iam.ServicePrincipal("ecs.amazonaws.com"),
            description="ECS moves requests to a new version, and back",
        )
        self._role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=[
                    f"elasticloadbalancing:Describe{what}"
                    for what in ("Listeners", "Rules", "TargetGroups", "TargetHealth")
                ],
                resources=["*"],
            )
        )
        acknowledge(
            self._role,
            "IAM5",
            "Resource::*",
            because="Descriptions of load balancers take no resource.",
            owner=Owner.PLATFORM,
        )

    def between(
        self, name: str, rule: Rule, targets: Targets, standby: Targets
    ) -> aws_ecs.AlternateTarget:
        """Let ECS move what a rule passes on from its target group to the one that stands by."""
        self._role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["elasticloadbalancing:ModifyRule"], resources=[rule.listener_rule_arn]
            )
        )
        self._role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=[
                    "elasticloadbalancing:RegisterTargets",
                    "elasticloadbalancing:DeregisterTargets",
                ],
                resources=[targets.target_group_arn, standby.target_group_arn],
            )
        )
        return aws_ecs.AlternateTarget(
            name,
            alternate_target_group=standby,
            production_listener=aws_ecs.ListenerRuleConfiguration.application_listener_rule(rule),
            role=self._role,
        )


def forward(targets: Targets, *standby: Targets) -> aws_elasticloadbalancingv2.ListenerAction:
    """All to the first. ECS moves the weights; a stack that is not changed here leaves them so."""
    if not standby:
        return aws_elasticloadbalancingv2.ListenerAction.forward([targets])
    weights = {targets: 100} | dict.fromkeys(standby, 0)
    return aws_elasticloadbalancingv2.ListenerAction.weighted_forward(
        [
            aws_elasticloadbalancingv2.WeightedTargetGroup(target_group=group, weight=weight)
            for group, weight in weights.items()
        ]
    )
