"""Grafana: dashboards for those who run the environment."""

from pathlib import Path
from string import Template

from aws_cdk import (
    Duration,
    aws_cognito,
    aws_ecs,
    aws_elasticloadbalancingv2,
    aws_iam,
)
from constructs import Construct

from contracts import routes
from contracts.personas import COMPANY_GROUP, Persona
from stacks.common.foundation import Foundation
from stacks.common.grafana_files import GrafanaFiles
from stacks.common.sign_in_name import sign_in_name
from stacks.common.supporting_groups import GRAFANA_PORT, PROMETHEUS_PORT
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.environments import Domain, Environment
from stacks.supporting.supporting_service import SupportingService

PROVISIONED = Path(__file__).parent / "grafana"
"""Data sources and dashboards: what stands there is what people see, at every start."""
PLACE = "/tmp/grafana"  # noqa: S108 — in the container
HEALTH = f"{routes.GRAFANA}/api/health"
PRIORITY = 300

READS = [
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "cloudwatch:ListMetrics",
]

ROLE = (
    f"!contains(join(',', \"cognito:groups\"), '{COMPANY_GROUP}')"
    f" && (contains(\"cognito:groups\", '{Persona.ADMINISTRATOR}') && 'Admin'"
    f" || contains(\"cognito:groups\", '{Persona.OPERATOR}') && 'Viewer')"
)
"""JMESPath over the ID token: nothing for other people, and for those of another company."""


class GrafanaStack(EnvironmentStack):
    """One task behind the public load balancer, signed in to with the environment's own people.

    Dashboards and data sources come with the stack. What people make themselves is kept in the
    stack `data`; this one keeps nothing.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Environment,
        domain: Domain,
        files: GrafanaFiles,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, name, environment=environment)
        address = f"https://{domain.name}{routes.GRAFANA}"
        client = self._client(address, foundation)
        grafana = SupportingService(
            self,
            "Grafana",
            foundation=foundation,
            command="/run.sh",
            files=self._files(),
            environment={
                "GF_PATHS_PROVISIONING": f"{PLACE}/provisioning",
                "GF_PATHS_PLUGINS": f"{PLACE}/plugins",
                "GF_LOG_MODE": "console",
                "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
                "GF_ANALYTICS_REPORTING_ENABLED": "false",
                "GF_SERVER_ROOT_URL": f"{address}/",
                "GF_SERVER_SERVE_FROM_SUB_PATH": "true",
                "GF_SECURITY_COOKIE_SECURE": "true",
                # An administrator of its own would have a password that somebody has to keep.
                "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true",
                **_sign_in(client.user_pool_client_id, f"https://{sign_in_name(domain.name)}"),
            },
            port=GRAFANA_PORT,
            health=HEALTH,
            cpu=256,
            memory=1024,
            volume=aws_ecs.Volume(
                name="grafana",
                efs_volume_configuration=aws_ecs.EfsVolumeConfiguration(
                    file_system_id=files.id,
                    transit_encryption="ENABLED",
                    authorization_config=aws_ecs.AuthorizationConfig(
                        access_point_id=files.access_point_id, iam="ENABLED"
                    ),
                ),
            ),
            mounted_at="/var/lib/grafana",
            security_group=foundation.network.supporting.grafana,
            grace=Duration.minutes(2),
        )
        files.let_use(grafana.task.task_role)
        self._let_read(grafana.task.task_role)
        self._open(grafana, foundation)

    def _files(self) -> dict[str, str]:
        """Every file of the folder, at the same place below Grafana's own."""
        known = {
            "prometheus": f"http://prometheus.{self.environment_name}.internal:{PROMETHEUS_PORT}",
            "region": self.settings.region,
            "dashboards": f"{PLACE}/dashboards",
        }
        found = {
            file.relative_to(PROVISIONED).as_posix(): file.read_text(encoding="utf-8")
            for file in sorted(PROVISIONED.rglob("*.*"))
        }
        return {
            f"{PLACE}/{name}": Template(text).substitute(known) if name.endswith("yaml") else text
            for name, text in found.items()
        }

    def _client(self, address: str, foundation: Foundation) -> aws_cognito.UserPoolClient:
        """Proves itself by a code of its own making (PKCE): there is no secret to keep."""
        return aws_cognito.UserPoolClient(
            self,
            "Client",
            user_pool=foundation.auth.user_pool,
            generate_secret=False,
            auth_flows=aws_cognito.AuthFlow(user_srp=True),
            o_auth=aws_cognito.OAuthSettings(
                flows=aws_cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[aws_cognito.OAuthScope.OPENID, aws_cognito.OAuthScope.EMAIL],
                callback_urls=[f"{address}/login/generic_oauth"],
                logout_urls=[f"{address}/"],
            ),
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(1),
        )

    @staticmethod
    def _let_read(role: aws_iam.IRole) -> None:
        role.add_to_principal_policy(aws_iam.PolicyStatement(actions=READS, resources=["*"]))
        acknowledge(
            role,
            "IAM5",
            "Resource::*",
            because="Metrics belong to no resource; these actions read them.",
            owner=Owner.PLATFORM,
        )

    def _open(self, grafana: SupportingService, foundation: Foundation) -> None:
        targets = aws_elasticloadbalancingv2.ApplicationTargetGroup(
            self,
            "Targets",
            vpc=foundation.network.vpc,
            target_type=aws_elasticloadbalancingv2.TargetType.IP,
            port=GRAFANA_PORT,
            protocol=aws_elasticloadbalancingv2.ApplicationProtocol.HTTP,
            health_check=aws_elasticloadbalancingv2.HealthCheck(
                path=HEALTH, healthy_http_codes="200"
            ),
            deregistration_delay=Duration.seconds(30),
        )
        rule = aws_elasticloadbalancingv2.ApplicationListenerRule(
            self,
            "Rule",
            listener=foundation.cluster.public.listener,
            priority=PRIORITY,
            conditions=[
                aws_elasticloadbalancingv2.ListenerCondition.path_patterns([f"{routes.GRAFANA}/*"]),
                foundation.secrets.origin_keys.asked,
            ],
            action=aws_elasticloadbalancingv2.ListenerAction.forward([targets]),
        )
        targets.add_target(
            grafana.service.load_balancer_target(
                container_name=grafana.name, container_port=GRAFANA_PORT
            )
        )
        grafana.service.node.add_dependency(rule)


def _sign_in(client_id: str, pool: str) -> dict[str, str]:
    """Only by the user pool, and only for who has one of the two personas."""
    oauth = {
        "ENABLED": "true",
        "NAME": "Fleetcharge",
        "CLIENT_ID": client_id,
        "USE_PKCE": "true",
        "AUTH_STYLE": "InParams",
        "SCOPES": "openid email",
        "AUTH_URL": f"{pool}/oauth2/authorize",
        "TOKEN_URL": f"{pool}/oauth2/token",
        "API_URL": f"{pool}/oauth2/userInfo",
        "LOGIN_ATTRIBUTE_PATH": "email",
        "AUTO_LOGIN": "true",
        "ROLE_ATTRIBUTE_PATH": ROLE,
        "ROLE_ATTRIBUTE_STRICT": "true",
    }
    return {
        "GF_AUTH_DISABLE_LOGIN_FORM": "true",
        "GF_AUTH_BASIC_ENABLED": "false",
        **{f"GF_AUTH_GENERIC_OAUTH_{name}": value for name, value in oauth.items()},
    }
