"""What Grafana keeps: its own database, in a file system that outlives it."""

from aws_cdk import aws_ec2, aws_efs, aws_iam, aws_kms
from constructs import Construct

from stacks.common.network import ISOLATED
from stacks.constructs.environment_stack import environment_stack

GRAFANA_USER = "472"
"""The number of the user and group that Grafana's image is made for."""


class GrafanaFiles(Construct):
    """A file system, and the one folder of it that Grafana sees.

    Rules: isolated subnets; encrypted with the environment's key; TLS only, and only for who has a
    role that allows it; through the access point nobody is root.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        vpc: aws_ec2.IVpc,
        security_group: aws_ec2.ISecurityGroup,
        key: aws_kms.IKey,
    ) -> None:
        super().__init__(scope, name)
        files = aws_efs.FileSystem(
            self,
            "Files",
            vpc=vpc,
            vpc_subnets=ISOLATED,
            security_group=security_group,
            encrypted=True,
            kms_key=key,
            throughput_mode=aws_efs.ThroughputMode.ELASTIC,
            # The environment's own plan backs it up.
            enable_automatic_backups=False,
            # With a policy, who is not allowed by a role of theirs has no access at all.
            file_system_policy=aws_iam.PolicyDocument(statements=[_nothing_in_clear()]),
            removal_policy=environment_stack(self).data_removal,
        )
        point = files.add_access_point(
            "Grafana",
            path="/grafana",
            create_acl=aws_efs.Acl(
                owner_uid=GRAFANA_USER, owner_gid=GRAFANA_USER, permissions="750"
            ),
            posix_user=aws_efs.PosixUser(uid=GRAFANA_USER, gid=GRAFANA_USER),
        )
        self.arn = files.file_system_arn
        self.id = files.file_system_id
        self.access_point_id = point.access_point_id
        self._access_point_arn = point.access_point_arn

    def let_use(self, role: aws_iam.IRole) -> None:
        """Allow to mount the folder, and to write in it."""
        role.add_to_principal_policy(
            aws_iam.PolicyStatement(
                actions=["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
                resources=[self.arn],
                conditions={
                    "StringEquals": {"elasticfilesystem:AccessPointArn": self._access_point_arn}
                },
            )
        )


def _nothing_in_clear() -> aws_iam.PolicyStatement:
    return aws_iam.PolicyStatement(
        effect=aws_iam.Effect.DENY,
        principals=[aws_iam.AnyPrincipal()],
        actions=["*"],
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )
