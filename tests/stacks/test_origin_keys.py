"""The public load balancer takes what came through our distribution, and its firewall."""

import json
from collections.abc import Iterator
from typing import Any

from aws_cdk import App, RemovalPolicy, Stack, aws_kms
from aws_cdk.assertions import Template as Synthesised

from contracts.routes import ORIGIN_KEY
from stacks.constructs.origin_keys import OriginKeys
from tests.stacks.assembly import Assembly, Template, values_of

PUBLIC = "PublicListener"


def rules(assembly: Assembly) -> Iterator[tuple[str, Template]]:
    """Those that pass requests on, by the listener that they are of."""
    for _, body in assembly.of_type("AWS::ElasticLoadBalancingV2::ListenerRule"):
        (action,) = body["Properties"]["Actions"]
        if action["Type"] == "forward":
            listener = body["Properties"]["ListenerArn"]
            yield str(listener["Fn::GetStackOutput"]["OutputName"]), body["Properties"]


def keys_asked(rule: Template) -> list[Any]:
    return [
        value
        for condition in rule["Conditions"]
        if condition.get("HttpHeaderConfig", {}).get("HttpHeaderName") == ORIGIN_KEY
        for value in condition["HttpHeaderConfig"]["Values"]
    ]


def test_no_rule_lets_in_from_the_internet_what_shows_no_key(assembly: Assembly) -> None:
    seen = {PUBLIC: 0, "others": 0}
    for listener, rule in rules(assembly):
        if PUBLIC in listener:
            assert len(keys_asked(rule)) == 3
            seen[PUBLIC] += 1
        else:
            # Inside the network, and stations with a certificate, whom CloudFront does not pass on.
            assert keys_asked(rule) == []
            seen["others"] += 1
    assert min(seen.values()) >= 3


def test_a_rule_has_no_more_values_than_load_balancers_take(assembly: Assembly) -> None:
    for _, rule in rules(assembly):
        assert len([one for listed in values_of(rule, "Values") for one in listed]) <= 5


def test_the_distribution_shows_the_key_that_is_neither_the_first_nor_the_last_taken(
    assembly: Assembly,
) -> None:
    config = assembly["hosting"].only("AWS::CloudFront::Distribution")["DistributionConfig"]
    shown = [
        header for origin in config["Origins"] for header in origin.get("OriginCustomHeaders", ())
    ]
    (key,) = shown
    assert key["HeaderName"] == ORIGIN_KEY
    for listener, rule in rules(assembly):
        if PUBLIC in listener:
            assert keys_asked(rule)[1] == key["HeaderValue"]


def test_a_key_stands_in_no_template(assembly: Assembly) -> None:
    secrets = {
        id_
        for id_ in assembly["secrets"].of_type("AWS::SecretsManager::Secret")
        if id_.startswith("OriginKeys")
    }
    assert len(secrets) == 3
    config = assembly["hosting"].only("AWS::CloudFront::Distribution")["DistributionConfig"]
    for value in values_of(config, "HeaderValue"):
        assert json.dumps(value).startswith('{"Fn::Join": ["", ["{{resolve:secretsmanager:"')


def numbered(number: int) -> tuple[str, set[str]]:
    """What is shown and what is taken, by the secrets' logical ids."""
    stack = Stack(App(), "stack")
    key = aws_kms.Key(stack, "Key")
    keys = OriginKeys(stack, "Keys", number=number, key=key, removal=RemovalPolicy.DESTROY)
    made = set(Synthesised.from_stack(stack).find_resources("AWS::SecretsManager::Secret"))
    shown = json.dumps(stack.resolve(keys.sent[ORIGIN_KEY]))
    (sent,) = (id_ for id_ in made if id_ in shown)
    return sent, made


def test_while_the_number_is_raised_old_and_new_take_each_other_s_key() -> None:
    before, taken_before = numbered(1)
    after, taken_after = numbered(2)
    assert before != after
    assert before in taken_after
    assert after in taken_before
    assert before not in numbered(3)[1]
