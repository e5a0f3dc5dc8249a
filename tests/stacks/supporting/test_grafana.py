"""Grafana: who gets in, what it may read, what it shows."""

import json
import re
from pathlib import Path
from typing import Any

import jmespath
import pytest

from contracts.routes import ORIGIN_KEY
from services.billing.adapters import metrics_page as billing_page
from services.billing.application.intake import SessionIntake
from services.charging.adapters import metrics_page as charging_page
from services.charging.application.metrics import Metrics
from stacks.environments import Environment
from tests.stacks.assembly import Assembly, Stack, values_of
from tests.stacks.supporting.wanted import with_supporting

PROVISIONED = Path(__file__).parents[3] / "stacks" / "supporting" / "grafana"
DASHBOARDS = sorted((PROVISIONED / "dashboards").glob("*.json"))


@pytest.fixture
def grafana(assembly: Assembly) -> Stack:
    return assembly["grafana"]


def variables(grafana: Stack) -> dict[str, Any]:
    (container,) = grafana.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    return {one["Name"]: one["Value"] for one in container["Environment"]}


@with_supporting("grafana")
@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["administrator"], "Admin"),
        (["operator"], "Viewer"),
        (["accountant", "operator"], "Viewer"),
        (["driver"], False),
        (["partner", "company:nordwind"], False),
        (["operator", "company:nordwind"], False),
        (["administrator", "company:nordwind"], False),
        ([], False),
    ],
)
def test_only_our_own_operators_and_administrators_get_a_role(
    grafana: Stack, groups: list[str], role: str | bool
) -> None:
    given = variables(grafana)
    expression = given["GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_PATH"]
    assert jmespath.search(expression, {"cognito:groups": groups}) == role
    assert given["GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_STRICT"] == "true"


@with_supporting("grafana")
def test_nobody_gets_in_by_a_password(grafana: Stack, environment: Environment) -> None:
    assert environment.domain is not None
    given = variables(grafana)
    assert given["GF_AUTH_DISABLE_LOGIN_FORM"] == "true"
    assert given["GF_AUTH_BASIC_ENABLED"] == "false"
    assert given["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"] == "true"
    assert not grafana.of_type("AWS::SecretsManager::Secret")
    client = grafana.only("AWS::Cognito::UserPoolClient")
    assert client["GenerateSecret"] is False
    assert given["GF_AUTH_GENERIC_OAUTH_USE_PKCE"] == "true"
    (comes_back,) = client["CallbackURLs"]
    address = f"https://{environment.domain.name}/grafana/"
    assert comes_back == f"{address}login/generic_oauth"
    assert given["GF_SERVER_ROOT_URL"] == address


@with_supporting("grafana")
def test_it_is_reached_below_its_path_through_the_public_load_balancer(grafana: Stack) -> None:
    rule = grafana.only("AWS::ElasticLoadBalancingV2::ListenerRule")
    condition, key = rule["Conditions"]
    assert condition["PathPatternConfig"]["Values"] == ["/grafana/*"]
    assert key["HttpHeaderConfig"]["HttpHeaderName"] == ORIGIN_KEY
    assert "PublicListener" in json.dumps(rule["ListenerArn"])
    targets = grafana.only("AWS::ElasticLoadBalancingV2::TargetGroup")
    assert targets["HealthCheckPath"] == "/grafana/api/health"


@with_supporting("grafana")
def test_its_files_are_encrypted_on_the_way_and_at_rest_and_are_backed_up(
    grafana: Stack, assembly: Assembly
) -> None:
    files = assembly["data"].only("AWS::EFS::FileSystem")
    assert files["Encrypted"] is True
    assert files["KmsKeyId"]
    (statement,) = files["FileSystemPolicy"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    (mounted,) = values_of(grafana.only("AWS::ECS::TaskDefinition"), "EFSVolumeConfiguration")
    assert mounted["TransitEncryption"] == mounted["AuthorizationConfig"]["IAM"] == "ENABLED"
    assert mounted["AuthorizationConfig"]["AccessPointId"]
    for selection in assembly["backup"].of_type("AWS::Backup::BackupSelection").values():
        assert "GrafanaFiles" in json.dumps(selection)


@with_supporting("grafana")
def test_sources_and_dashboards_come_with_the_stack(grafana: Stack) -> None:
    (container,) = grafana.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    (command,) = container["Command"]
    given = variables(grafana)
    for file in filter(Path.is_file, PROVISIONED.rglob("*")):
        place = f"/tmp/grafana/{file.relative_to(PROVISIONED).as_posix()}"  # noqa: S108
        (name,) = re.findall(rf'"\$(FILE_\d+)" > {re.escape(place)}(?: |$)', command)
        assert given[name].splitlines()[0] == file.read_text().splitlines()[0]
        if file.suffix == ".yaml":
            assert "$" not in given[name]


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)
def test_dashboards_ask_for_what_programs_count(file: Path) -> None:
    pages = (
        charging_page.MetricsPage(Metrics({}), lambda: 0).text()
        + billing_page.MetricsPage(SessionIntake(None)).text()  # type: ignore[arg-type]
    ).decode()
    counted = set(re.findall(r"^# TYPE (\w+) ", pages, re.MULTILINE))
    dashboard = json.loads(file.read_text())
    asked = [target["expr"] for target in _targets(dashboard, "prometheus")]
    names = {
        name for text in asked for name in re.findall(r"\b((?:charging|billing|process)_\w+)", text)
    }
    assert names
    assert {re.sub("_(bucket|count|sum)$", "", name) for name in names} <= counted
    for target in _targets(dashboard, "cloudwatch"):
        assert target["namespace"] == "Fleetcharge/Charging"


def _targets(dashboard: Any, source: str) -> list[Any]:
    return [
        target
        for panel in dashboard["panels"]
        for target in panel["targets"]
        if target["datasource"] == {"type": source, "uid": source}
    ]
