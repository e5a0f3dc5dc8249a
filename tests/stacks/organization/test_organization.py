"""What holds for every stack of the organisation."""

from tests.stacks.assembly import Assembly, values_of


def test_nothing_is_found(organization: Assembly) -> None:
    reports = {report["pluginName"]: report for report in organization.report["pluginReports"]}
    # The validator of templates reports only when there is something to tell.
    assert "AwsSolutions" in reports
    for report in reports.values():
        assert report["conclusion"] == "success"
        assert report["violations"] == []


def test_every_stack_is_protected_named_and_tagged(organization: Assembly) -> None:
    for name, stack in organization.stacks.items():
        assert stack.name == f"organization-{name}"
        assert not stack.terminates, name
        assert stack.tags == {
            "fleetcharge:environment": "organization",
            "fleetcharge:stack": name,
        }


def test_no_stack_holds_another_by_an_export(organization: Assembly) -> None:
    for name, stack in organization.stacks.items():
        assert not list(values_of(stack.template, "Fn::ImportValue")), name


def test_every_weak_reference_names_an_output_of_a_stack_deployed_before(
    organization: Assembly,
) -> None:
    by_name = {stack.name: key for key, stack in organization.stacks.items()}
    for key, stack in organization.stacks.items():
        for reference in values_of(stack.template, "Fn::GetStackOutput"):
            producer = by_name[reference["StackName"]]
            assert reference["OutputName"] in organization[producer].outputs, (key, reference)
            assert producer in stack.needs, f"{key} must wait for {producer}"
