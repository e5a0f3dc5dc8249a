"""The evaluator that the tests of policies stand on, against the rules of the IAM user guide."""

import pytest

from tests.stacks.access import Role, refuses
from tests.stacks.assembly import Template


def policy(effect: str = "Allow", **rest: object) -> Template:
    return {"Statement": [{"Effect": effect, "Action": "*", "Resource": "*"} | rest]}


def denies(operator: str, **context: str) -> bool:
    condition = {operator: {"aws:Key": ["one", "two*"]}}
    return refuses(policy("Deny", Condition=condition), "s3:GetObject", context=context)


@pytest.mark.parametrize(
    ("operator", "same", "other", "missing"),
    [
        ("StringEquals", True, False, False),
        ("StringNotEquals", False, True, True),
        ("StringEqualsIfExists", True, False, True),
        ("StringNotEqualsIfExists", False, True, True),
        ("ArnNotLike", False, True, True),
    ],
)
def test_a_condition_on_a_key(operator: str, same: bool, other: bool, missing: bool) -> None:
    assert denies(operator, **{"AWS:key": "one"}) is same
    assert denies(operator, **{"aws:Key": "three"}) is other
    assert denies(operator) is missing


def test_a_pattern_is_one_for_operators_that_take_patterns() -> None:
    assert denies("StringLike", **{"aws:Key": "two and more"})
    assert not denies("StringEquals", **{"aws:Key": "two and more"})


def test_a_missing_key_is_asked_for_by_null() -> None:
    absent = policy("Deny", Condition={"Null": {"aws:Key": "true"}})
    assert refuses(absent, "s3:GetObject")
    assert not refuses(absent, "s3:GetObject", context={"aws:Key": ""})


def test_actions_have_no_case_and_resources_do() -> None:
    document = policy("Deny", Action="s3:get*", Resource="arn:aws:s3:::One/*")
    assert refuses(document, "s3:GetObject", "arn:aws:s3:::One/a")
    assert not refuses(document, "s3:GetObject", "arn:aws:s3:::one/a")
    assert not refuses(document, "s3:PutObject", "arn:aws:s3:::One/a")


def test_what_is_not_named_is_meant_by_not() -> None:
    document = {"Statement": [{"Effect": "Deny", "NotAction": "iam:*", "NotResource": "a"}]}
    assert refuses(document, "s3:GetObject", "b")
    assert not refuses(document, "iam:GetRole", "b")
    assert not refuses(document, "s3:GetObject", "a")


def test_a_refusal_anywhere_wins_and_a_boundary_must_allow_too() -> None:
    everything, of_s3 = policy(), policy(Action="s3:*")
    assert Role("r", (everything,)).may("s3:GetObject")
    assert not Role("r", (of_s3,)).may("ec2:RunInstances")
    assert not Role("r", (everything,), boundary=of_s3).may("ec2:RunInstances")
    assert not Role("r", (of_s3,), boundary=everything).may("ec2:RunInstances")
    assert not Role("r", (everything,), guardrails=(policy("Deny"),)).may("s3:GetObject")
    assert not Role("r", (everything, policy("Deny"))).may("s3:GetObject")
