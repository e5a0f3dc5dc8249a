"""The network: subnets, ways out, who reaches whom."""

import ipaddress
import json
import re

from stacks.environments import Environment
from tests.stacks.access import Role
from tests.stacks.assembly import Assembly, Template, values_of

DESCRIPTION = r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}"


def test_the_network_has_three_subnets_of_each_kind_in_three_zones(
    assembly: Assembly, environment: Environment
) -> None:
    subnets = [
        body["Properties"] for body in assembly["network"].of_type("AWS::EC2::Subnet").values()
    ]
    kinds: dict[str, list[str]] = {}
    for subnet in subnets:
        tags = {tag["Key"]: tag["Value"] for tag in subnet["Tags"]}
        kinds.setdefault(tags["aws-cdk:subnet-name"], []).append(subnet["AvailabilityZone"])
        assert not subnet.get("MapPublicIpOnLaunch")
    assert kinds == {kind: list(environment.zones) for kind in ("public", "private", "isolated")}
    ranges = [ipaddress.IPv4Network(subnet["CidrBlock"]) for subnet in subnets]
    assert all(r.subnet_of(ipaddress.IPv4Network(environment.cidr)) for r in ranges)


def test_nat_gateways_are_as_many_as_the_environment_pays_for(
    assembly: Assembly, environment: Environment
) -> None:
    gateways = assembly["network"].of_type("AWS::EC2::NatGateway")
    assert len(gateways) == environment.nat_gateways


def test_isolated_subnets_have_no_way_out(assembly: Assembly) -> None:
    routes_out = assembly["network"].of_type("AWS::EC2::Route")
    assert not [name for name in routes_out if "isolated" in name.lower()]
    assert len(routes_out) == 6


def test_s3_and_dynamodb_are_reached_without_the_internet(assembly: Assembly) -> None:
    gateways = [e for e in endpoints(assembly) if e["VpcEndpointType"] == "Gateway"]
    assert len(gateways) == 2


def test_a_gateway_passes_on_what_is_of_the_account_alone(
    assembly: Assembly, environment: Environment
) -> None:
    account, other = environment.account, "999999999999"
    for service, action in (("s3", "s3:PutObject"), ("dynamodb", "dynamodb:PutItem")):
        gateway = through(assembly, service)

        def passes(principal: str, resource: str) -> bool:
            context = {"aws:PrincipalAccount": principal, "aws:ResourceAccount": resource}
            return gateway.may(action, f"arn:aws:{service}:::any", context)  # noqa: B023 — at once

        assert passes(account, account)
        assert not passes(account, other)
        assert not passes(other, account)
        assert not passes(other, other)
        assert not gateway.may(action, f"arn:aws:{service}:::any")


def test_layers_of_images_come_and_answers_to_cloudformation_go_through_s3_s_gateway(
    assembly: Assembly,
) -> None:
    gateway, of_aws = through(assembly, "s3"), {"aws:PrincipalAccount": "999999999999"}
    layers = "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/layer"
    answers = "arn:aws:s3:::cloudformation-custom-resource-response-eucentral1/answer"
    assert gateway.may("s3:GetObject", layers, of_aws)
    assert not gateway.may("s3:PutObject", layers, of_aws)
    assert gateway.may("s3:PutObject", answers, of_aws)
    assert not gateway.may("s3:GetObject", answers, of_aws)


def through(assembly: Assembly, service: str) -> Role:
    """What the gateway of a service passes on, asked as what a role may do."""
    (policy,) = (
        one["PolicyDocument"]
        for one in endpoints(assembly)
        if one["VpcEndpointType"] == "Gateway" and f".{service}" in str(one["ServiceName"])
    )
    return Role("arn:aws:iam::999999999999:role/any", (policy,))


def test_the_services_that_the_environment_names_are_reached_inside_the_network(
    assembly: Assembly, environment: Environment
) -> None:
    inside = [e for e in endpoints(assembly) if e["VpcEndpointType"] == "Interface"]
    names = [e["ServiceName"].removeprefix("com.amazonaws.eu-central-1.") for e in inside]
    assert names == list(environment.interface_endpoints)
    for endpoint in inside:
        assert endpoint["PrivateDnsEnabled"] is True
        assert len(endpoint["SubnetIds"]) == 3
        assert all("private" in subnet["Ref"] for subnet in endpoint["SubnetIds"])


def test_an_endpoint_passes_on_what_is_of_the_account_alone(
    assembly: Assembly, environment: Environment
) -> None:
    for endpoint in endpoints(assembly):
        if endpoint["VpcEndpointType"] == "Interface":
            (statement,) = endpoint["PolicyDocument"]["Statement"]
            assert statement["Condition"] == {
                "StringEquals": {"aws:PrincipalAccount": environment.account},
                "StringEqualsIfExists": {"aws:ResourceAccount": environment.account},
            }


def test_only_programs_that_call_aws_reach_the_endpoints(
    assembly: Assembly, environment: Environment
) -> None:
    network = assembly["network"]
    callers = {
        body["Properties"]["SourceSecurityGroupId"]["Fn::GetAtt"][0]
        for name, body in network.of_type("AWS::EC2::SecurityGroupIngress").items()
        if name.startswith("EndpointsGroup")
    }
    expected = {
        name
        for name, body in network.of_type("AWS::EC2::SecurityGroup").items()
        if "APIs of AWS" in json.dumps(body["Properties"].get("SecurityGroupEgress", []))
    }
    assert len(expected) >= 2
    assert callers == (expected if environment.interface_endpoints else set())


def test_what_programs_inside_the_network_call_is_inside_where_anything_is(
    assembly: Assembly, environment: Environment
) -> None:
    """A program that calls one more service has to say here which way it goes."""
    if not environment.interface_endpoints:
        return
    inside = {name.partition(".")[0] for name in environment.interface_endpoints}
    roles = {
        role
        for type_, property_ in (
            ("AWS::ECS::TaskDefinition", "TaskRoleArn"),
            ("AWS::ECS::TaskDefinition", "ExecutionRoleArn"),
            ("AWS::Lambda::Function", "Role"),
        )
        for place, body in assembly.of_type(type_)
        if type_ != "AWS::Lambda::Function" or body["Properties"].get("VpcConfig")
        for role in [(place.partition("/")[0], body["Properties"][property_]["Fn::GetAtt"][0])]
    }
    called = {
        action.partition(":")[0].replace("cloudwatch", "monitoring")
        for place, body in assembly.of_type("AWS::IAM::Policy")
        for role in body["Properties"]["Roles"]
        if (place.partition("/")[0], role["Ref"]) in roles
        for actions in values_of(body, "Action")
        for action in ([actions] if isinstance(actions, str) else actions)
    }
    elsewhere = {
        "dynamodb",  # endpoints of the kind that costs nothing
        "s3",
        "ec2",  # Lambda's, to place the function in the network
        "ecs",  # once a month, when a password changes
        "elasticloadbalancing",  # when a certificate is revoked
        "elasticfilesystem",  # in the network
        "es",
        "kms",  # AWS's services use the key, on behalf of who calls them
    }
    assert called - elsewhere <= inside
    assert inside <= called


def endpoints(assembly: Assembly) -> list[Template]:
    found = assembly["network"].of_type("AWS::EC2::VPCEndpoint").values()
    return [body["Properties"] for body in found]


def test_only_cloudfront_reaches_the_public_load_balancer(
    assembly: Assembly, environment: Environment
) -> None:
    port = 443 if environment.domain else 80
    inward = [
        body["Properties"]
        for body in assembly["network"].of_type("AWS::EC2::SecurityGroupIngress").values()
    ]
    inline = [
        rule
        for body in assembly["network"].of_type("AWS::EC2::SecurityGroup").values()
        for rule in body["Properties"].get("SecurityGroupIngress", [])
    ]
    from_anywhere = [
        rule["FromPort"] for rule in [*inward, *inline] if rule.get("CidrIp") == "0.0.0.0/0"
    ]
    vouched_for = environment.domain and environment.domain.station_authorities
    assert from_anywhere == ([8443] if vouched_for else [])
    (from_outside,) = [rule for rule in [*inward, *inline] if "SourcePrefixListId" in rule]
    assert (from_outside["FromPort"], from_outside["ToPort"]) == (port, port)


def test_only_programs_reach_the_database(assembly: Assembly) -> None:
    sources = [
        body["Properties"]["SourceSecurityGroupId"]["Fn::GetAtt"][0]
        for name, body in assembly["network"].of_type("AWS::EC2::SecurityGroupIngress").items()
        if name.startswith("Database")
    ]
    assert sorted(source.rstrip("0123456789ABCDEF") for source in sources) == [
        "Function",
        "Service",
    ]


def test_no_other_stack_changes_a_security_group(assembly: Assembly) -> None:
    for type_ in ("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"):
        assert {place.partition("/")[0] for place, _ in assembly.of_type(type_)} == {"network"}


def test_ec2_takes_what_groups_and_rules_are_described_by(assembly: Assembly) -> None:
    """EC2 API, "IpRange": letters, digits, spaces and some signs; an apostrophe is none of them."""
    described = [
        text
        for name in ("GroupDescription", "Description")
        for body in assembly["network"].template["Resources"].values()
        if body["Type"].startswith("AWS::EC2::SecurityGroup")
        for text in values_of(body, name)
    ]
    assert len(described) > 20
    assert not [text for text in described if not re.fullmatch(DESCRIPTION, text)]


def test_each_kind_of_subnet_has_its_access_list(assembly: Assembly) -> None:
    assert len(assembly["network"].of_type("AWS::EC2::NetworkAcl")) == 3
    assert len(assembly["network"].of_type("AWS::EC2::SubnetNetworkAclAssociation")) == 9
