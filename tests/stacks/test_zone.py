"""Each environment's own zone, and its way there from the company's."""

import json

import pytest

from stacks.environments import Environment, Fleet
from stacks.synthesis import Synthesis
from tests.stacks.access import Context, Role
from tests.stacks.assembly import Assembly, values_of

WRITE = "route53:ChangeResourceRecordSets"
ABOVE = "arn:aws:route53:::hostedzone/ABOVE"


@pytest.fixture
def organization(syntheses: dict[str, Synthesis]) -> Assembly:
    return Assembly("organization", syntheses["organization"].assembly)


def written(name: str, kind: str = "NS", action: str = "UPSERT", *more: str) -> Context:
    return {
        "route53:ChangeResourceRecordSetsActions": [action],
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": [name, *more],
        "route53:ChangeResourceRecordSetsRecordTypes": [kind],
    }


def delegating(organization: Assembly, environment: str) -> tuple[str, Role]:
    """Who may take the role of the networking account, and the role."""
    dns = organization["dns"]
    (zone,) = dns.of_type("AWS::Route53::HostedZone")
    name = f"fleetcharge-delegates-{environment}"
    ((id_, role),) = [
        (id_, body["Properties"])
        for id_, body in dns.of_type("AWS::IAM::Role").items()
        if body["Properties"]["RoleName"] == name
    ]
    (policy,) = [
        body["Properties"]["PolicyDocument"]
        for body in dns.of_type("AWS::IAM::Policy").values()
        if body["Properties"]["Roles"] == [{"Ref": id_}]
    ]
    known = json.loads(json.dumps(policy).replace(json.dumps({"Ref": zone}), '"ABOVE"'))
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    return json.dumps(trust), Role(f"arn:aws:iam::{dns.account}:role/{name}", (known,))


def test_an_environment_with_a_domain_has_its_zone(
    assembly: Assembly, environment: Environment
) -> None:
    if environment.domain is None:
        assert "zone" not in assembly.stacks
        return
    zone = assembly["zone"].only("AWS::Route53::HostedZone")
    assert zone["Name"] == f"{environment.domain.name}."


def test_the_zone_is_delegated_to_for_as_long_as_it_stands(
    assembly: Assembly, environment: Environment
) -> None:
    if environment.domain is None:
        return
    ((id_, zone),) = assembly["zone"].of_type("AWS::Route53::HostedZone").items()
    (delegation,) = assembly["zone"].of_type("Custom::ZoneDelegation").values()
    assert delegation["Properties"]["NameServers"] == {"Fn::GetAtt": [id_, "NameServers"]}
    assert delegation["Properties"]["ZoneName"] == environment.domain.name
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        assert delegation[policy] == zone[policy]


def test_names_and_certificates_stand_in_that_zone_and_come_after_it(
    assembly: Assembly, environment: Environment
) -> None:
    if environment.domain is None:
        return
    for stack in ("cluster", "edge", "hosting"):
        named = list(values_of(assembly[stack].template["Resources"], "HostedZoneId"))
        theirs = [one for one in named if "Fn::GetStackOutput" in str(one)]
        assert theirs, stack
        for reference in theirs:
            assert reference["Fn::GetStackOutput"]["StackName"] == assembly["zone"].name
        assert "zone" in assembly[stack].needs


def test_an_environment_takes_its_own_role_and_nobody_else_does(
    organization: Assembly, assembly: Assembly, environment: Environment
) -> None:
    if environment.domain is None:
        return
    name = assembly.environment
    trust, role = delegating(organization, name)
    function = assembly["zone"].only("AWS::Lambda::Function")["Environment"]["Variables"]
    assert function["DELEGATING_ROLE_ARN"] == role.arn
    assert f"::{environment.account}:root" in trust
    assert f"::{environment.account}:role/{name}-zone-*" in trust


def test_the_role_writes_the_name_servers_of_that_name_and_nothing_else(
    organization: Assembly, fleet: Fleet
) -> None:
    domains = {name: one.domain.name for name, one in fleet.named().items() if one.domain}
    assert set(domains) == {"live", "qa", "dev"}
    for environment, domain in domains.items():
        _, role = delegating(organization, environment)
        assert role.may(WRITE, ABOVE, written(domain))
        assert role.may(WRITE, ABOVE, written(domain, "NS", "DELETE"))
        for refused in (
            written(fleet.organization.domain),
            written(f"a.{domain}"),
            written(domain, "DS"),
            written(domain, "A"),
            written(domain, "NS", "CREATE"),
            written(domain, "NS", "UPSERT", fleet.organization.domain),
            *(written(other) for other in domains.values() if other != domain),
        ):
            assert not role.may(WRITE, ABOVE, refused), refused
        assert not role.may(WRITE, "arn:aws:route53:::hostedzone/OTHER", written(domain))
        assert not role.may("route53:DeleteHostedZone", ABOVE)
        assert not role.may("route53:ListResourceRecordSets", ABOVE)


def test_which_zone_is_above_stands_where_the_function_looks(
    organization: Assembly, assembly: Assembly, environment: Environment
) -> None:
    parameter = organization["dns"].only("AWS::SSM::Parameter")
    (zone,) = organization["dns"].of_type("AWS::Route53::HostedZone")
    assert parameter["Value"] == {"Ref": zone}
    if environment.domain:
        variables = assembly["zone"].only("AWS::Lambda::Function")["Environment"]["Variables"]
        assert variables["ZONE_ABOVE_PARAMETER"] == parameter["Name"]


def test_in_its_own_zone_the_function_removes_proofs_of_certificates_only(
    assembly: Assembly, environment: Environment
) -> None:
    if environment.domain is None:
        return
    (zone,) = assembly["zone"].of_type("AWS::Route53::HostedZone")
    (policy,) = [
        body["Properties"]["PolicyDocument"]
        for body in assembly["zone"].of_type("AWS::IAM::Policy").values()
        if "sts:AssumeRole" in str(body)
    ]
    own = json.dumps(policy).replace(json.dumps({"Ref": zone}), '"OWN"')
    function = Role("arn:aws:iam::1:role/f", (json.loads(own),))
    its_zone, name = "arn:aws:route53:::hostedzone/OWN", environment.domain.name
    assert function.may(WRITE, its_zone, written(f"_x.{name}", "CNAME", "DELETE"))
    assert not function.may(WRITE, its_zone, written(f"_x.{name}", "CNAME", "UPSERT"))
    assert not function.may(WRITE, its_zone, written(name, "A", "DELETE"))
    assert not function.may(WRITE, ABOVE, written(f"_x.{name}", "CNAME", "DELETE"))
