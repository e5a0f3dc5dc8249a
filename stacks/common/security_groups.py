"""Security groups and the rules between them, for the network stack alone."""

from aws_cdk import aws_ec2
from constructs import Construct


def group(scope: Construct, vpc: aws_ec2.IVpc, name: str, purpose: str) -> aws_ec2.SecurityGroup:
    """A group from which nothing goes, and into which nothing comes."""
    return aws_ec2.SecurityGroup(
        scope, name, vpc=vpc, description=purpose, allow_all_outbound=False
    )


def let(
    source: aws_ec2.IPeer | aws_ec2.SecurityGroup,
    target: aws_ec2.SecurityGroup,
    port: int,
    purpose: str,
) -> None:
    """Both ends of one way: out of `source`, where that is a group of ours, into `target`."""
    target.add_ingress_rule(source, aws_ec2.Port.tcp(port), purpose)
    if isinstance(source, aws_ec2.SecurityGroup):
        source.add_egress_rule(target, aws_ec2.Port.tcp(port), purpose)


def as_it_is(made: aws_ec2.SecurityGroup) -> aws_ec2.ISecurityGroup:
    """The group as other stacks get it: they cannot add to it."""
    return aws_ec2.SecurityGroup.from_security_group_id(
        made.stack, f"{made.node.id}AsItIs", made.security_group_id, mutable=False
    )
