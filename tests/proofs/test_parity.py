from typing import Any

import pytest

import proofs.__main__ as command
from proofs import parity, parity_page
from proofs.assembly import Json, Stage
from proofs.parity import Difference, Rule, differences, unused
from tests.proofs.stages import resource, stage

SETTINGS: dict[str, dict[str, Any]] = {
    "live": {
        "account": "100000000021",
        "cidr": "10.20.0.0/16",
        "days": 365,
        "domain": True,
        "domain.name": "example.com",
    },
    "qa": {
        "account": "100000000022",
        "cidr": "10.30.0.0/16",
        "days": 30,
        "domain": True,
        "domain.name": "qa.example.com",
    },
    "dev": {"account": "100000000023", "cidr": "10.40.0.0/16", "days": 30},
}
RETENTION = Rule("AWS::Logs::LogGroup", "Properties.RetentionInDays", "days")


def between(**resources: Json | None) -> list[Difference]:
    """How environments differ that have the resource, or not."""
    stages = [
        stage(
            name,
            account=SETTINGS[name]["account"],
            data={"It": body} if body else {},
        )
        for name, body in resources.items()
    ]
    for built in stages:
        built.stacks[0].artifact["stackName"] = f"{built.name}-data"
    return list(differences(stages, {name: SETTINGS[name] for name in resources}))


def log(days: int) -> Json:
    return resource("AWS::Logs::LogGroup", RetentionInDays=days)


def test_environments_that_are_alike_do_not_differ() -> None:
    assert between(live=log(7), qa=log(7), dev=log(7)) == []


@pytest.mark.parametrize(
    ("live", "qa"),
    [
        ("fleet-live-files", "fleet-qa-files"),
        ("arn:aws:sns:eu-central-1:100000000021:x", "arn:aws:sns:eu-central-1:100000000022:x"),
        ("origin.example.com", "origin.qa.example.com"),
        ("10.20.0.0/16", "10.30.0.0/16"),
        ("10.20.48.0/20", "10.30.48.0/20"),
        ("livedataBucket1A2B3C4D", "qadataBucket5E6F7A8B"),
    ],
)
def test_an_environment_s_own_name_in_a_text_is_no_difference(live: str, qa: str) -> None:
    one, other = (resource("AWS::S3::Bucket", Text=text) for text in (live, qa))
    assert between(live=one, qa=other) == []


@pytest.mark.parametrize(
    ("live", "qa"),
    [
        ("alive", "aqa"),
        ("fleet-live-files", "fleet-live-files"),
        ("10.20.48.0/20", "10.30.64.0/20"),
        ("10.20.48.0/20", "10.30.48.0/21"),
    ],
)
def test_any_other_text_is_one(live: str, qa: str) -> None:
    one, other = (resource("AWS::S3::Bucket", Text=text) for text in (live, qa))
    (difference,) = between(live=one, qa=other)
    assert (difference.place, difference.property) == ("It", "Properties.Text")


def test_a_difference_follows_from_its_setting() -> None:
    (difference,) = between(live=log(365), qa=log(30), dev=log(30))
    assert difference.values == {"live": 365, "qa": 30, "dev": 30}
    assert difference.setting([RETENTION], SETTINGS) == "days"
    assert difference.setting([], SETTINGS) is None


def test_a_rule_is_held_to_its_setting() -> None:
    (difference,) = between(live=log(365), qa=log(30), dev=log(14))
    assert difference.setting([RETENTION], SETTINGS) is None


def test_a_property_may_follow_from_two_settings_together() -> None:
    (difference,) = between(live=log(365), qa=log(30), dev=log(14))
    settings = {
        "live": {"days": 1, "size": 1},
        "qa": {"days": 2, "size": 1},
        "dev": {"days": 2, "size": 2},
    }
    together = Rule("*", "Properties.RetentionInDays", "days and size")
    assert difference.setting([together], settings) == "days and size"
    for alone in ("days", "size"):
        rule = Rule("*", "Properties.RetentionInDays", alone)
        assert difference.setting([rule], settings) is None


def test_a_whole_resource_may_follow_from_whether_there_is_a_table() -> None:
    record = resource("AWS::Route53::RecordSet", Name="origin.example.com")
    also = resource("AWS::Route53::RecordSet", Name="origin.qa.example.com")
    rule = Rule("AWS::Route53::RecordSet", "", "domain")
    (difference,) = between(live=record, qa=also, dev=None)
    assert difference.setting([rule], SETTINGS) == "domain"
    (unruly,) = between(live=record, qa=None, dev=None)
    assert unruly.setting([rule], SETTINGS) is None


def test_a_setting_may_be_the_stack_s_own() -> None:
    (difference,) = between(live=log(1), qa=log(2))
    settings = {"live": {"data.days": 1}, "qa": {"data.days": 2}}
    rule = Rule("*", "Properties.RetentionInDays", "{stack}.days")
    assert difference.setting([rule], settings) == "data.days"


@pytest.mark.parametrize(("place", "setting"), [("data/*", "domain"), ("network/*", None)])
def test_a_rule_may_be_about_one_place(place: str, setting: str | None) -> None:
    (difference,) = between(live=log(365), qa=log(365), dev=None)
    assert difference.setting([Rule("*", "", "domain", place)], SETTINGS) == setting


def test_what_is_not_explained_stands_on_the_page() -> None:
    stages = [stage(name, data={"It": log(days)}) for name, days in (("live", 365), ("qa", 30))]
    settings = {name: SETTINGS[name] for name in ("live", "qa")}
    assert f"## {parity_page.UNEXPLAINED}" in parity_page.page(stages, settings, [])
    page = parity_page.page(stages, settings, [RETENTION])
    assert "## days" in page
    assert "| data/It | Logs::LogGroup RetentionInDays | `365` | `30` |" in page


def test_of_two_lists_the_page_shows_what_they_do_not_share() -> None:
    stages = [
        stage(name, data={"It": resource("AWS::IAM::Policy", Actions=actions)})
        for name, actions in (("live", ["read"]), ("qa", ["read", "write"]))
    ]
    page = parity_page.page(stages, {name: SETTINGS[name] for name in ("live", "qa")}, [])
    assert '| data/It | IAM::Policy Actions | `[]` | `["write"]` |' in page


def test_every_difference_follows_from_the_settings_file(environments: dict[str, Stage]) -> None:
    settings, rules = parity.read_settings(*command.SETTINGS), parity.read_rules()
    found = list(differences(list(environments.values()), settings))
    assert len(found) > 80
    unexplained = [str(one) for one in found if one.setting(rules, settings) is None]
    assert not unexplained, "\n".join(unexplained)
    assert unused(found, rules) == []
