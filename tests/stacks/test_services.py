import json

import pytest

from contracts import routes
from contracts.settings import (
    BillingSettings,
    ChargingSettings,
    DatabaseRoleSettings,
    RotationSettings,
    Settings,
    TelemetryQuerySettings,
    TelemetrySurplusSettings,
    TelemetryWebhookSettings,
)
from stacks.environments import Environment
from stacks.synthesis import Synthesis
from tests.stacks.assembly import Assembly, Template

SERVICES = ("charging", "billing")
KINDS = ("Query", "Mutation")
"""Of GraphQL fields that resolve."""


def container(assembly: Assembly, service: str) -> Template:
    (only,) = assembly[service].only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    result: Template = only
    return result


@pytest.mark.parametrize(
    ("service", "program"), [("charging", ChargingSettings), ("billing", BillingSettings)]
)
def test_a_service_is_deployed_with_its_settings_and_nothing_else(
    assembly: Assembly, service: str, program: type[Settings]
) -> None:
    deployed = container(assembly, service)
    plain = {variable["Name"] for variable in deployed["Environment"]}
    secret = {variable["Name"] for variable in deployed["Secrets"]}
    assert plain <= set(program.plain_variables())
    assert secret <= set(program.secret_variables())
    assert plain | secret >= program.required_variables()


EVERYWHERE = {
    *("COMMANDS_KEPT_DAYS", "MESSAGES_KEPT_DAYS", "PLANS_KEPT_DAYS", "QUARANTINE_KEPT_DAYS"),
    *("READINGS_KEPT_DAYS", "PROXIES", "SLOWEST_QUESTION_SECONDS"),
}
"""Settings of charging whose defaults fit every environment."""


@pytest.mark.parametrize("environment_name", ["live", "qa"])
def test_charging_is_told_all_that_it_can_be_told_but_how_to_end_tls(
    environment_name: str, syntheses: dict[str, Synthesis]
) -> None:
    assembly = Assembly(environment_name, syntheses[environment_name].assembly)
    deployed = container(assembly, "charging")
    told = {variable["Name"] for variable in (*deployed["Environment"], *deployed["Secrets"])}
    can_be_told = {*ChargingSettings.plain_variables(), *ChargingSettings.secret_variables()}
    # Behind a load balancer, which ends it. The token is a secret that people make first, and no
    # machines of partners call there yet. What is kept how long, and how fast, is so everywhere.
    assert can_be_told - told - EVERYWHERE == {
        "CONTRACT_CERTIFICATES_TOKEN",
        "GATEWAY_CERTIFICATE_FILE",
        "GATEWAY_KEY_FILE",
        "PARTNER_CLIENTS",
        "STATION_AUTHORITIES_FILE",
    }


def test_charging_knows_whose_machines_call(assembly: Assembly, environment: Environment) -> None:
    told = {one["Name"]: one["Value"] for one in container(assembly, "charging")["Environment"]}
    if not environment.partners:
        assert "PARTNER_CLIENTS" not in told
        return
    text = json.dumps(told["PARTNER_CLIENTS"])
    for name, partner in environment.partners.items():
        assert f"Partner{name}" in text
        assert f"={partner.company}" in text


def test_responders_that_stations_may_have_asked_are_let_out_to(
    assembly: Assembly, environment: Environment
) -> None:
    wanted = environment.plug_and_charge
    told = {one["Name"]: one["Value"] for one in container(assembly, "charging")["Environment"]}
    assert told.get("OCSP_HOSTS", "") == ",".join(wanted.ocsp_hosts)
    assert told.get("CONTRACT_CERTIFICATES_URL") == wanted.contract_certificates_url
    let_out = [
        rule["FromPort"]
        for body in assembly["network"].of_type("AWS::EC2::SecurityGroup").values()
        for rule in body["Properties"].get("SecurityGroupEgress", ())
        if rule.get("CidrIp") == "0.0.0.0/0" and "OCSP" in rule["Description"]
    ]
    assert let_out == ([80] if wanted.ocsp_hosts else [])


@pytest.mark.parametrize(
    ("stack", "handler", "program"),
    [
        ("telemetry", "lambdas.telemetry.webhook.handler", TelemetryWebhookSettings),
        ("telemetry", "lambdas.telemetry.query.handler", TelemetryQuerySettings),
        ("telemetry", "lambdas.telemetry.surplus.handler", TelemetrySurplusSettings),
        ("operations", "lambdas.operations.database_role.handler", DatabaseRoleSettings),
        ("operations", "lambdas.operations.rotation.handler", RotationSettings),
    ],
)
def test_a_function_is_deployed_with_exactly_its_settings(
    assembly: Assembly, stack: str, handler: str, program: type[Settings]
) -> None:
    (function,) = (
        body["Properties"]
        for body in assembly[stack].of_type("AWS::Lambda::Function").values()
        if body["Properties"]["Handler"] == handler
    )
    assert sorted(function["Environment"]["Variables"]) == sorted(program.plain_variables())
    assert function["Architectures"] == ["arm64"]


def test_the_company_is_the_seller(assembly: Assembly) -> None:
    deployed = container(assembly, "billing")["Environment"]
    values = {variable["Name"]: variable["Value"] for variable in deployed}
    assert values["SELLER_NAME"] == "Fleetcharge GmbH"
    assert values["SELLER_IBAN"] == "DE89370400440532013000"
    assert values["ENVIRONMENT"] == assembly.environment


@pytest.mark.parametrize("service", SERVICES)
def test_the_image_is_the_digest_that_was_promoted(assembly: Assembly, service: str) -> None:
    assert assembly[service].template["Parameters"]["ImageDigest"] == {
        "Type": "AWS::SSM::Parameter::Value<String>",
        "Default": f"/fleetcharge/{assembly.environment}/{service}/image-digest",
        "Description": f"Parameter that names the digest of the image of {service}",
    }
    *_, at, digest = container(assembly, service)["Image"]["Fn::Join"][1]
    assert (at, digest) == ("@", {"Ref": "ImageDigest"})


@pytest.mark.parametrize("service", SERVICES)
def test_a_task_runs_on_graviton_with_little_that_it_may_write(
    assembly: Assembly, environment: Environment, service: str
) -> None:
    task = assembly[service].only("AWS::ECS::TaskDefinition")
    size = getattr(environment, service)
    assert task["RuntimePlatform"]["CpuArchitecture"] == "ARM64"
    assert task["NetworkMode"] == "awsvpc"
    assert (task["Cpu"], task["Memory"]) == (str(size.cpu), str(size.memory))
    deployed = container(assembly, service)
    assert deployed["ReadonlyRootFilesystem"] is True
    assert [mount["ContainerPath"] for mount in deployed["MountPoints"]] == ["/tmp"]  # noqa: S108 — in the container
    assert deployed["StopTimeout"] == 120
    assert "Privileged" not in deployed


@pytest.mark.parametrize("service", SERVICES)
def test_a_deployment_interrupts_nobody_and_rolls_back(assembly: Assembly, service: str) -> None:
    deployed = assembly[service].only("AWS::ECS::Service")
    deployment = deployed["DeploymentConfiguration"]
    assert deployment["MinimumHealthyPercent"] == 100
    assert deployment["MaximumPercent"] == 200
    assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    # A count in the template would undo what autoscaling found right.
    assert "DesiredCount" not in deployed
    assert deployed["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"


@pytest.mark.parametrize(
    ("service", "ways"),
    [
        ("charging", [(routes.OCPP, 9000), (routes.CHARGING_API, 8080)]),
        ("billing", [(routes.BILLING_API, 8080)]),
    ],
)
def test_each_public_path_leads_from_both_load_balancers_to_its_port(
    assembly: Assembly, environment: Environment, service: str, ways: list[tuple[str, int]]
) -> None:
    stack = assembly[service]
    groups = stack.of_type("AWS::ElasticLoadBalancingV2::TargetGroup")
    found = []
    for body in stack.of_type("AWS::ElasticLoadBalancingV2::ListenerRule").values():
        rule = body["Properties"]
        (pattern,) = rule["Conditions"][0]["PathPatternConfig"]["Values"]
        group = groups[forwarded_to(rule)[0]]["Properties"]
        assert group["HealthCheckPath"] == routes.HEALTH
        assert group["HealthCheckPort"] == "8080"
        assert group["TargetType"] == "ip"
        output = rule["ListenerArn"]["Fn::GetStackOutput"]["OutputName"]
        side = next(side for side in ("Public", "Private", "Stations") if side in output)
        found.append((side, pattern.removesuffix("/*"), group["Port"]))
    expected = {(side, path, port) for side in ("Public", "Private") for path, port in ways}
    if service == "charging" and environment.domain and environment.domain.station_authorities:
        expected.add(("Stations", routes.OCPP, 9000))
    assert len(found) == len(expected)
    assert set(found) == expected
    registered = stack.only("AWS::ECS::Service")["LoadBalancers"]
    assert {r["TargetGroupArn"]["Ref"] for r in registered} == {
        forwarded_to(body["Properties"])[0]
        for body in stack.of_type("AWS::ElasticLoadBalancingV2::ListenerRule").values()
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_new_version_waits_beside_the_old_one_where_the_environment_says(
    assembly: Assembly, environment: Environment, service: str
) -> None:
    stack = assembly[service]
    deployed = stack.only("AWS::ECS::Service")
    rules = stack.of_type("AWS::ElasticLoadBalancingV2::ListenerRule")
    shifted = {
        one["AdvancedConfiguration"]["ProductionListenerRule"]["Ref"]: (
            one["TargetGroupArn"]["Ref"],
            one["AdvancedConfiguration"]["AlternateTargetGroupArn"]["Ref"],
        )
        for one in deployed["LoadBalancers"]
        if "AdvancedConfiguration" in one
    }
    strategy = deployed["DeploymentConfiguration"].get("Strategy", "ROLLING")
    if not environment.blue_green:
        assert (strategy, shifted) == ("ROLLING", {})
        return
    assert strategy == "BLUE_GREEN"
    assert deployed["DeploymentConfiguration"]["BakeTimeInMinutes"] == 10
    assert shifted == {id_: forwarded_to(body["Properties"]) for id_, body in rules.items()}
    may = actions(assembly, service, "elasticloadbalancing:")
    of_deployments = {action for action in may if not action.endswith("TrustStoreRevocations")}
    assert {action for action in of_deployments if ":Describe" not in action} == {
        "elasticloadbalancing:ModifyRule",
        "elasticloadbalancing:RegisterTargets",
        "elasticloadbalancing:DeregisterTargets",
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_runs_on_what_the_environment_says(
    assembly: Assembly, environment: Environment, service: str
) -> None:
    deployed = assembly[service].only("AWS::ECS::Service")
    task = assembly[service].only("AWS::ECS::TaskDefinition")
    assert "FARGATE" in task["RequiresCompatibilities"]
    if getattr(environment, service).runs_on == "fargate":
        assert deployed["LaunchType"] == "FARGATE"
    else:
        assert "EC2" in task["RequiresCompatibilities"]
        (strategy,) = deployed["CapacityProviderStrategy"]
        assert "InstancesProvider" in str(strategy["CapacityProvider"])


def forwarded_to(rule: Template) -> tuple[str, ...]:
    """The target groups that a rule leads to; the first one gets all."""
    (action,) = rule["Actions"]
    if "TargetGroupArn" in action:
        return (action["TargetGroupArn"]["Ref"],)
    groups = action["ForwardConfig"]["TargetGroups"]
    assert [group["Weight"] for group in groups] == [100, 0]
    return tuple(group["TargetGroupArn"]["Ref"] for group in groups)


def test_no_two_rules_of_a_listener_have_one_priority(assembly: Assembly) -> None:
    taken = [
        (str(body["Properties"]["ListenerArn"]), body["Properties"]["Priority"])
        for _, body in assembly.of_type("AWS::ElasticLoadBalancingV2::ListenerRule")
    ]
    assert len(taken) == len(set(taken)) >= 6


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_waits_for_its_database(assembly: Assembly, service: str) -> None:
    stack = assembly[service]
    ((made, body),) = stack.of_type("Custom::DatabaseRole").items()
    assert body["Properties"]["DatabaseName"] == service
    ((_, deployed),) = stack.of_type("AWS::ECS::Service").items()
    assert made in deployed["DependsOn"]


def test_charging_may_send_events_and_billing_may_take_them(
    assembly: Assembly, environment: Environment
) -> None:
    assert queues(assembly, "charging", "SendMessage") == {"SessionEvents"}
    assert queues(assembly, "charging", "ReceiveMessage") == {"SiteSurplus"}
    assert queues(assembly, "telemetry", "SendMessage") == {"SiteSurplus"}
    assert actions(assembly, "billing", "sqs:") == {
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
    }
    assert actions(assembly, "billing", "s3:") == {"s3:GetObject", "s3:PutObject", "s3:ListBucket"}
    revokes = environment.domain and environment.domain.station_authorities
    assert actions(assembly, "charging", "s3:") == (
        {"s3:GetObject", "s3:PutObject"} if revokes else set()
    )


def test_no_function_of_telemetry_scans_the_table(assembly: Assembly) -> None:
    assert actions(assembly, "telemetry", "dynamodb:") == {
        "dynamodb:BatchGetItem",
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:Query",
    }


def test_queries_need_a_sign_in_and_the_webhook_its_token(assembly: Assembly) -> None:
    stack = assembly["telemetry"]
    assert stack.only("AWS::AppSync::GraphQLApi")["AuthenticationType"] == (
        "AMAZON_COGNITO_USER_POOLS"
    )
    fields = {
        body["Properties"]["FieldName"] for body in stack.of_type("AWS::AppSync::Resolver").values()
    }
    schema = stack.only("AWS::AppSync::GraphQLSchema")["Definition"]
    for field in fields:
        assert f"  {field}(" in schema
    kinds = [schema.partition(f"type {kind} {{")[2].partition("}")[0] for kind in KINDS]
    lines = "".join(kinds).splitlines()
    asked = {line.strip().partition("(")[0] for line in lines if "(" in line}
    assert fields == {field for field in asked if '"' not in field}
    assert stack.only("AWS::Lambda::Url")["AuthType"] == "NONE"


def queues(assembly: Assembly, stack: str, action: str) -> set[str]:
    """With which queues the roles of a stack may do this."""
    statements = [
        statement
        for body in assembly[stack].of_type("AWS::IAM::Policy").values()
        for statement in body["Properties"]["PolicyDocument"]["Statement"]
        if f"sqs:{action}" in statement["Action"]
    ]
    return {
        name
        for name in ("SessionEvents", "SiteSurplus")
        if any(name in json.dumps(statement["Resource"]) for statement in statements)
    }


def actions(assembly: Assembly, stack: str, service: str) -> set[str]:
    """What the roles of a stack may do with a service."""
    found: set[str] = set()
    for body in assembly[stack].of_type("AWS::IAM::Policy").values():
        for statement in body["Properties"]["PolicyDocument"]["Statement"]:
            allowed = statement["Action"]
            found |= {allowed} if isinstance(allowed, str) else set(allowed)
    return {action for action in found if action.startswith(service)}
