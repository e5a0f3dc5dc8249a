import pytest

from stacks.environments import Fleet
from tests.stacks.assembly import Assembly, Template

ACCOUNT = "AWS::Organizations::Account"
UNIT = "AWS::Organizations::OrganizationalUnit"


def units(organization: Assembly) -> dict[str, Template]:
    found = organization["accounts"].of_type(UNIT)
    return {body["Properties"]["Name"]: body["Properties"] for body in found.values()}


def unit_of(organization: Assembly, account: str) -> str:
    (id_,) = account_named(organization, account)["ParentIds"]
    name: str = organization["accounts"].template["Resources"][id_["Fn::GetAtt"][0]]["Properties"][
        "Name"
    ]
    return name


def account_named(organization: Assembly, account: str) -> Template:
    (found,) = (
        body["Properties"]
        for body in organization["accounts"].of_type(ACCOUNT).values()
        if body["Properties"]["AccountName"] == f"fleetcharge-{account}"
    )
    properties: Template = found
    return properties


def test_units_stand_under_the_root_and_workloads(organization: Assembly, fleet: Fleet) -> None:
    found = units(organization)
    tops = {name for name, unit in found.items() if unit["ParentId"] == fleet.organization.root}
    assert tops == {"Security", "Infrastructure", "Workloads", "Sandbox"}
    for name in set(found) - tops:
        assert found[name]["ParentId"]["Fn::GetAtt"][0].startswith("Workloads")
    assert set(found) - tops == {"Production", "NonProduction"}


@pytest.mark.parametrize(
    ("account", "unit"),
    [
        ("security", "Security"),
        ("log", "Security"),
        ("networking", "Infrastructure"),
        ("backup", "Infrastructure"),
        ("live", "Production"),
        ("qa", "NonProduction"),
        ("dev", "NonProduction"),
        ("playground", "NonProduction"),
    ],
)
def test_each_account_stands_in_its_unit(organization: Assembly, account: str, unit: str) -> None:
    assert unit_of(organization, account) == unit
    assert account_named(organization, account)["Email"] == f"aws+{account}@fleetcharge.example"


def test_every_account_but_the_management_account_is_declared(
    organization: Assembly, fleet: Fleet
) -> None:
    members = {*type(fleet.accounts).model_fields, *fleet.named()} - {"management"}
    assert len(organization["accounts"].of_type(ACCOUNT)) == len(members)
    for name in members:
        assert f"{name.capitalize()}AccountId" in organization["accounts"].outputs


def test_deleting_the_stack_closes_no_account(organization: Assembly) -> None:
    assert not organization["accounts"].terminates
    for type_ in (ACCOUNT, UNIT):
        for id_, body in organization["accounts"].of_type(type_).items():
            assert body["DeletionPolicy"] == "Retain", id_
            assert body["UpdateReplacePolicy"] == "Retain", id_


def test_organizations_is_asked_for_one_thing_at_a_time(organization: Assembly) -> None:
    resources = organization["accounts"].template["Resources"]
    waits = {id_: set(body.get("DependsOn", ())) for id_, body in resources.items()}
    order = [id_ for id_, before in waits.items() if not before]
    while len(order) < len(waits):
        (then,) = (id_ for id_, before in waits.items() if before == {order[-1]})
        order.append(then)
    assert len(order) == 14


def test_an_existing_organisation_is_not_made_again(organization: Assembly) -> None:
    assert not list(organization.of_type("AWS::Organizations::Organization"))


def test_without_an_organisation_there_is_only_the_stack_that_makes_one(fleet: Fleet) -> None:
    from aws_cdk import App, Stack
    from aws_cdk.assertions import Template as Synthesised

    from stacks.organization.stage import OrganizationStage

    unknown = fleet.organization.model_copy(update={"id": None, "root": None})
    first = fleet.model_copy(update={"organization": unknown})
    stage = OrganizationStage(App(), "organization", fleet=first)
    (accounts,) = (child for child in stage.node.children if isinstance(child, Stack))
    template = Synthesised.from_stack(accounts)
    template.has_resource(
        "AWS::Organizations::Organization",
        {"Properties": {"FeatureSet": "ALL"}, "DeletionPolicy": "Retain"},
    )
    template.has_resource_properties(
        UNIT, {"Name": "Sandbox", "ParentId": {"Fn::GetAtt": ["Organization", "RootId"]}}
    )
    assert {"OrganizationId", "RootId"} <= set(template.find_outputs("*"))
