"""Stations prove by a certificate who they are where the environment knows who vouches for them."""

import hashlib

import pytest

from contracts import routes
from stacks.environments import Environment, Fleet
from stacks.synthesis import Synthesis
from tests.stacks.assembly import Assembly, Template


def listeners(assembly: Assembly) -> dict[str, Template]:
    return assembly["cluster"].of_type("AWS::ElasticLoadBalancingV2::Listener")


@pytest.fixture(params=("qa", "live"))
def verifying(request: pytest.FixtureRequest, syntheses: dict[str, Synthesis]) -> Assembly:
    """Those that say who vouches."""
    return Assembly(request.param, syntheses[request.param].assembly)


def test_there_is_one_where_the_environment_says_who_vouches(
    assembly: Assembly, environment: Environment
) -> None:
    wanted = bool(environment.domain and environment.domain.station_authorities)
    assert len(listeners(assembly)) == (3 if wanted else 2)
    stores = assembly["cluster"].of_type("AWS::ElasticLoadBalancingV2::TrustStore")
    assert len(stores) == (1 if wanted else 0)
    (task,) = assembly["charging"].only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    variables = {one["Name"] for one in task["Environment"]}
    assert ("CLIENT_VERIFYING_NETWORKS" in variables) is wanted


def test_it_refuses_the_handshake_of_who_shows_no_certificate_of_theirs(
    verifying: Assembly,
) -> None:
    (listener,) = (
        body["Properties"]
        for body in listeners(verifying).values()
        if "MutualAuthentication" in body["Properties"]
    )
    assert (listener["Port"], listener["Protocol"]) == (8443, "HTTPS")
    mutual = listener["MutualAuthentication"]
    assert mutual["Mode"] == "verify"
    assert mutual["IgnoreClientCertificateExpiry"] is False
    (store,) = verifying["cluster"].of_type("AWS::ElasticLoadBalancingV2::TrustStore")
    assert mutual["TrustStoreArn"] == {"Fn::GetAtt": [store, "TrustStoreArn"]}


def test_who_vouches_is_uploaded_as_the_settings_have_it(verifying: Assembly, fleet: Fleet) -> None:
    store = verifying["cluster"].only("AWS::ElasticLoadBalancingV2::TrustStore")
    domain = fleet.named()[verifying.environment].domain
    assert domain
    assert domain.station_authorities
    bundle = domain.station_authorities
    digest = hashlib.sha256(bundle.encode()).hexdigest()
    assert store["CaCertificatesBundleS3Key"] == f"{digest}.pem"
    (uploaded,) = verifying.folder.rglob(f"asset.{digest}.pem")
    assert uploaded.read_text() == bundle


def test_stations_reach_the_gateway_there_and_nothing_else(
    verifying: Assembly,
) -> None:
    rules = [
        body["Properties"]
        for stack in ("charging", "billing")
        for body in verifying[stack].of_type("AWS::ElasticLoadBalancingV2::ListenerRule").values()
        if "Stations" in str(body["Properties"]["ListenerArn"])
    ]
    (rule,) = rules
    (condition,) = rule["Conditions"]
    assert condition["PathPatternConfig"]["Values"] == [f"{routes.OCPP}/*"]


def test_only_this_listener_may_say_whose_certificate_it_was(
    verifying: Assembly,
) -> None:
    rule = verifying["cluster"].only("AWS::ElasticLoadBalancingV2::ListenerRule")
    assert "Public" in rule["ListenerArn"]["Ref"]
    (condition,) = rule["Conditions"]
    assert condition["HttpHeaderConfig"] == {
        "HttpHeaderName": routes.CLIENT_CERTIFICATE,
        "Values": ["*"],
    }
    (action,) = rule["Actions"]
    assert action["FixedResponseConfig"]["StatusCode"] == "400"
    # Before any other rule, of which each service has its own.
    others = [
        body["Properties"]["Priority"]
        for stack in ("charging", "billing")
        for body in verifying[stack].of_type("AWS::ElasticLoadBalancingV2::ListenerRule").values()
    ]
    assert rule["Priority"] < min(others)


def test_the_program_believes_the_addresses_of_the_public_load_balancer_only(
    verifying: Assembly,
) -> None:
    (task,) = verifying["charging"].only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    (networks,) = (
        one["Value"] for one in task["Environment"] if one["Name"] == "CLIENT_VERIFYING_NETWORKS"
    )
    public = {
        body["Properties"]["CidrBlock"]
        for body in verifying["network"].of_type("AWS::EC2::Subnet").values()
        if {"Key": "aws-cdk:subnet-type", "Value": "Public"} in body["Properties"]["Tags"]
    }
    assert set(networks.split(",")) == public
    assert len(public) == 3


def test_the_program_may_tell_the_trust_store_what_was_revoked_and_nothing_else(
    verifying: Assembly,
) -> None:
    (policy,) = (
        body["Properties"]["PolicyDocument"]["Statement"]
        for body in verifying["charging"].of_type("AWS::IAM::Policy").values()
        if "TrustStoreRevocations" in str(body)
    )
    granted = {
        tuple(statement["Action"]): statement["Resource"]
        for statement in policy
        if "TrustStore" in str(statement) or "s3:" in str(statement)
    }
    assert set(granted) == {
        ("s3:GetObject", "s3:PutObject"),
        (
            "elasticloadbalancing:AddTrustStoreRevocations",
            "elasticloadbalancing:RemoveTrustStoreRevocations",
        ),
    }
    assert "*" not in str(granted.values())
    (task,) = verifying["charging"].only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    told = {one["Name"]: str(one["Value"]) for one in task["Environment"]}
    assert "TrustStoreArn" in told["STATION_TRUST_STORE_ARN"]
    assert "/stations.crl" in told["STATION_REVOCATIONS"]


def test_anyone_may_knock_there_and_nowhere_else(
    assembly: Assembly, environment: Environment
) -> None:
    wanted = bool(environment.domain and environment.domain.station_authorities)
    open_ports = [
        rule["FromPort"]
        for body in assembly["network"].of_type("AWS::EC2::SecurityGroup").values()
        for rule in body["Properties"].get("SecurityGroupIngress", ())
        if rule.get("CidrIp") == "0.0.0.0/0"
    ]
    assert open_ports == ([8443] if wanted else [])
