"""What holds for every stack of the organisation, beside the rules of `test_rules`."""

from tests.stacks.assembly import Assembly


def test_nothing_is_found(organization: Assembly) -> None:
    reports = {report["pluginName"]: report for report in organization.report["pluginReports"]}
    # The validator of templates reports only when there is something to tell.
    assert "AwsSolutions" in reports
    for report in reports.values():
        assert report["conclusion"] == "success"
        assert report["violations"] == []


def test_every_stack_is_named_for_the_organisation(organization: Assembly) -> None:
    for name, stack in organization.stacks.items():
        assert stack.name == f"organization-{name}"
