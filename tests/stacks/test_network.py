"""The network: subnets, ways out, who reaches whom."""

import ipaddress

from stacks.environments import Environment
from tests.stacks.assembly import Assembly


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
    endpoints = assembly["network"].of_type("AWS::EC2::VPCEndpoint").values()
    assert len(endpoints) == 2
    assert {body["Properties"]["VpcEndpointType"] for body in endpoints} == {"Gateway"}


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


def test_each_kind_of_subnet_has_its_access_list(assembly: Assembly) -> None:
    assert len(assembly["network"].of_type("AWS::EC2::NetworkAcl")) == 3
    assert len(assembly["network"].of_type("AWS::EC2::SubnetNetworkAclAssociation")) == 9
