"""The telemetry functions: devices' status documents come in, their history goes out."""

from pathlib import Path
from typing import cast

from aws_cdk import (
    CfnOutput,
    Duration,
    aws_appsync,
    aws_events,
    aws_iam,
    aws_lambda,
)
from constructs import Construct

from contracts.settings import (
    TelemetryQuerySettings,
    TelemetrySurplusSettings,
    TelemetryWebhookSettings,
)
from stacks.common.foundation import Foundation
from stacks.constructs.encrypted_log_group import EncryptedLogGroup
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.constructs.function_releases import FunctionReleases
from stacks.constructs.function_schedule import FunctionSchedule
from stacks.constructs.python_function import PythonFunction
from stacks.environments import Environment
from stacks.services.telemetry_monitoring import TelemetryMonitoring

LAMBDA = Path(__file__).parents[2] / "lambdas" / "telemetry"
FIELDS = {
    "Query": ("deviceHistory", "deviceStatus", "siteControllers"),
    "Mutation": ("assignController", "releaseController"),
}
"""Of the schema, each resolved by the one function."""
SURPLUS_EVERY = Duration.minutes(5)
"""As long as the power is averaged over (`lambdas.telemetry.domain.surplus.WINDOW`)."""


class TelemetryStack(EnvironmentStack):
    """A webhook and a GraphQL API, without a server or a network of their own."""

    def __init__(
        self, scope: Construct, name: str, *, environment: Environment, foundation: Foundation
    ) -> None:
        super().__init__(scope, name, environment=environment)
        self._foundation = foundation
        releases = FunctionReleases(self, "Releases", alarms=foundation.observability.alarms)
        webhook, query, surplus = self._webhook(), self._query(), self._surplus()
        # The device cloud cannot sign requests; the function checks the shared token itself.
        url = releases.alias(webhook).add_function_url(
            auth_type=aws_lambda.FunctionUrlAuthType.NONE
        )
        api = self._api(releases.alias(query))
        TelemetryMonitoring(
            self,
            "Monitoring",
            alarms=foundation.observability.alarms,
            functions={"Webhook": webhook, "Query": query, "Surplus": surplus},
            api=api,
            device_logs=foundation.data.device_logs,
        )
        CfnOutput(self, "WebhookUrl", value=url.url)
        CfnOutput(self, "WebhookSecretArn", value=foundation.secrets.webhook_token.secret_arn)
        CfnOutput(self, "GraphQlUrl", value=api.graphql_url)
        CfnOutput(self, "SurplusFunctionName", value=surplus.function.function_name)
        CfnOutput(self, "DeviceLogGroupName", value=foundation.data.device_logs.log_group_name)

    def _webhook(self) -> PythonFunction:
        data, secrets = self._foundation.data, self._foundation.secrets
        webhook = PythonFunction(
            self,
            "Webhook",
            handler="lambdas.telemetry.webhook.handler",
            purpose="Takes one-minute status documents to the device's log and to the table",
            program=TelemetryWebhookSettings,
            settings={
                "environment": self.environment_name,
                "table_name": data.table.table_name,
                "device_log_group": data.device_logs.log_group_name,
                "webhook_secret_arn": secrets.webhook_token.secret_arn,
            },
            key=secrets.key,
            alarms=self._foundation.observability.alarms,
            # The device cloud gives up after 20.
            timeout=Duration.seconds(18),
            memory=512,
        )
        data.let_use_table(
            webhook.role, "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"
        )
        data.device_logs.grant_write(webhook.role)
        secrets.let_read_token(webhook.role)
        return webhook

    def _query(self) -> PythonFunction:
        data, secrets = self._foundation.data, self._foundation.secrets
        query = PythonFunction(
            self,
            "Query",
            handler="lambdas.telemetry.query.handler",
            purpose="Resolves telemetry's GraphQL queries and mutations",
            program=TelemetryQuerySettings,
            settings={"environment": self.environment_name, "table_name": data.table.table_name},
            traced=True,
            key=secrets.key,
            alarms=self._foundation.observability.alarms,
            timeout=Duration.seconds(15),
            memory=512,
        )
        data.let_use_table(query.role, "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query")
        return query

    def _surplus(self) -> PythonFunction:
        data, queue = self._foundation.data, self._foundation.queue.site_surplus
        surplus = PythonFunction(
            self,
            "Surplus",
            handler="lambdas.telemetry.surplus.handler",
            purpose="Tells charging of the solar surplus of sites",
            program=TelemetrySurplusSettings,
            settings={
                "environment": self.environment_name,
                "table_name": data.table.table_name,
                "site_surplus_queue_url": queue.queue.queue_url,
            },
            key=self._foundation.secrets.key,
            alarms=self._foundation.observability.alarms,
            timeout=Duration.minutes(1),
        )
        data.let_use_table(surplus.role, "dynamodb:Query")
        queue.let_send(surplus.role)
        FunctionSchedule(
            self,
            "SurplusSchedule",
            function=surplus,
            schedule=aws_events.Schedule.rate(SURPLUS_EVERY),
            purpose="Charging hears of the solar surplus of sites",
            period=SURPLUS_EVERY,
            silent_periods=3,
            missed="Charging does not hear of the solar surplus of sites.",
            runbook="surplus-not-told",
            key=self._foundation.secrets.key,
            alarms=self._foundation.observability.alarms,
        )
        return surplus

    def _api(self, query: aws_lambda.Alias) -> aws_appsync.GraphqlApi:
        role = aws_iam.Role(
            self,
            "ApiLogRole",
            assumed_by=aws_iam.ServicePrincipal("appsync.amazonaws.com"),
            description="Writes the log of telemetry's GraphQL API",
        )
        api = aws_appsync.GraphqlApi(
            self,
            "Api",
            name=f"fleetcharge-{self.environment_name}-telemetry",
            definition=aws_appsync.Definition.from_file(str(LAMBDA / "schema.graphql")),
            authorization_config=aws_appsync.AuthorizationConfig(
                default_authorization=aws_appsync.AuthorizationMode(
                    authorization_type=aws_appsync.AuthorizationType.USER_POOL,
                    user_pool_config=aws_appsync.UserPoolConfig(
                        user_pool=self._foundation.auth.user_pool
                    ),
                )
            ),
            xray_enabled=True,
        )
        # The construct's own option brings a function that sets the retention of a group that
        # AppSync makes. The group is ours, made first under the name that AppSync writes to.
        cast(
            "aws_appsync.CfnGraphQLApi", api.node.default_child
        ).log_config = aws_appsync.CfnGraphQLApi.LogConfigProperty(
            cloud_watch_logs_role_arn=role.role_arn,
            exclude_verbose_content=False,
            field_log_level="ERROR",
        )
        EncryptedLogGroup(
            self,
            "ApiLog",
            key=self._foundation.secrets.key,
            log_group_name=f"/aws/appsync/apis/{api.api_id}",
        ).grant_write(role)
        source = api.add_lambda_data_source("Telemetry", query)
        for kind, fields in FIELDS.items():
            for field in fields:
                source.create_resolver(
                    field,
                    type_name=kind,
                    field_name=field,
                    runtime=aws_appsync.FunctionRuntime.JS_1_0_0,
                    code=aws_appsync.Code.from_inline((LAMBDA / "resolver.js").read_text()),
                )
        return api
