"""What a program needs to tell of itself in traces."""

from aws_cdk import aws_iam

from stacks.constructs.acknowledgement import Owner, acknowledge


def tells_traces(role: aws_iam.Role) -> None:
    """X-Ray takes the program's own segments, without a collector (docs/decisions/traces.md)."""
    role.add_to_policy(aws_iam.PolicyStatement(actions=["xray:PutTraceSegments"], resources=["*"]))
    accept_any_trace(role)


def accept_any_trace(role: aws_iam.Role) -> None:
    """The grant on any resource: its reason is the same for whoever tells."""
    because = "Segments of a trace belong to no resource."
    acknowledge(role, "IAM5", "Resource::*", because=because, owner=Owner.PLATFORM)
