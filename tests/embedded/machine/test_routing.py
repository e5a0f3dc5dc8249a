from collections.abc import Mapping

import pytest

from embedded.front_door.deployment import (
    Action,
    Condition,
    Deployment,
    Distribution,
    FixedResponse,
    Forward,
    Listener,
    LoadBalancer,
    Origin,
    Redirect,
    Rule,
)
from embedded.front_door.routing import Answer, Request, ToControlPlane, ToTargets, matches, route

PUBLIC = "public-1.eu-central-1.elb.amazonaws.com"
PRIVATE = "internal-2.eu-central-1.elb.amazonaws.com"
NOT_FOUND = FixedResponse(404, body="Nothing here.")


def rule(action: Action, **conditions: str) -> Rule:
    fields = {name.replace("_", "-"): value for name, value in conditions.items()}
    return Rule(tuple(Condition(name, (value,)) for name, value in fields.items()), action)


def balancer(
    *rules: Rule, name: str = PUBLIC, port: int = 80, protocol: str = "HTTP"
) -> LoadBalancer:
    listener = Listener(port, protocol, (*rules, Rule((), NOT_FOUND)))
    return LoadBalancer(name, name == PUBLIC, (listener,))


def request(
    path: str = "/",
    host: str = "localhost",
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
) -> Request:
    path, _, query = path.partition("?")
    return Request(method, path, query, host, headers or {})


def to(group: str) -> Forward:
    return Forward(((group, 1),))


def test_rules_are_tried_in_order_and_the_default_comes_last() -> None:
    deployment = Deployment(
        load_balancers=(
            balancer(
                rule(to("gateway"), path_pattern="/ocpp/*"), rule(to("api"), path_pattern="/*/v1/*")
            ),
        )
    )
    for path, group in (("/ocpp/CS-1", "gateway"), ("/charging/v1/sites", "api")):
        way = route(deployment, request(path))
        assert isinstance(way, ToTargets)
        assert way.target_group == group
    assert route(deployment, request("/elsewhere")) == Answer(404, "Nothing here.")


def test_every_condition_of_a_rule_must_hold() -> None:
    condition = Condition("http-header", ("s3cr*",), "X-Origin-Verify")
    guarded = Rule((Condition("http-request-method", ("POST",)), condition), to("api"))
    deployment = Deployment(load_balancers=(balancer(guarded),))

    def reached(method: str, **headers: str) -> bool:
        return isinstance(route(deployment, request("/", "x", method, headers)), ToTargets)

    headers = {"x-origin-verify": "s3cret"}
    assert isinstance(route(deployment, request("/", method="POST", headers=headers)), ToTargets)
    assert not reached("POST")
    assert not isinstance(route(deployment, request("/", headers=headers)), ToTargets)


def test_the_host_selects_the_load_balancer() -> None:
    deployment = Deployment(
        load_balancers=(
            balancer(rule(to("outside"), path_pattern="*")),
            balancer(rule(to("inside"), path_pattern="*"), name=PRIVATE),
        ),
        names={"api.example.org": PRIVATE},
    )
    for host, group in (
        (PUBLIC, "outside"),
        (PRIVATE, "inside"),
        ("api.example.org", "inside"),
        ("localhost", "outside"),
    ):
        way = route(deployment, request(host=host))
        assert isinstance(way, ToTargets)
        assert way.target_group == group


def test_a_distribution_goes_before_the_load_balancer_and_proves_itself() -> None:
    secret = (("X-Origin-Verify", "s3cret"),)
    guarded = Rule((Condition("http-header", ("s3cret",), "x-origin-verify"),), to("api"))
    distribution = Distribution(
        "d1.cloudfront.net",
        ("www.example.org",),
        (
            ("/api/*", Origin("origin.example.org", 80, secret)),
            ("*", Origin("site.s3.amazonaws.com", None)),
        ),
    )
    deployment = Deployment(
        (distribution,), (balancer(guarded),), names={"origin.example.org": PUBLIC}
    )
    for host in ("localhost", "www.example.org", "d1.cloudfront.net"):
        way = route(deployment, request("/api/x", host))
        assert isinstance(way, ToTargets)
        assert (way.target_group, way.headers) == ("api", secret)
        assert route(deployment, request("/index.html", host)) == ToControlPlane(
            "d1.cloudfront.net"
        )
    assert route(deployment, request("/api/x", PUBLIC)) == Answer(404, "Nothing here.")


def test_an_origin_port_without_a_listener_is_a_bad_gateway() -> None:
    distribution = Distribution("d1.cloudfront.net", (), (("*", Origin(PUBLIC, 443)),))
    way = route(Deployment((distribution,), (balancer(),)), request())
    assert isinstance(way, Answer)
    assert way.status == 502


@pytest.mark.parametrize(
    "host",
    [
        "abc12345.execute-api.eu-central-1.amazonaws.com",
        "x.lambda-url.eu-central-1.on.aws",
        "y.appsync-api.eu-central-1.amazonaws.com",
    ],
)
def test_api_hosts_are_served_by_the_control_plane(host: str) -> None:
    assert route(Deployment((), (balancer(),)), request(host=host)) == ToControlPlane(host)


def test_with_nothing_deployed_the_answer_says_what_is_missing() -> None:
    way = route(Deployment(), request())
    assert isinstance(way, Answer)
    assert way.status == 404
    assert "no distribution and no internet-facing load balancer" in way.body


def test_a_redirect_keeps_what_it_does_not_name() -> None:
    redirect = Redirect(301, protocol="HTTPS", port="443")
    deployment = Deployment(load_balancers=(balancer(rule(redirect, path_pattern="*")),))
    way = route(deployment, request("/a/b?c=d", "example.org"))
    # The host is the default's, `localhost` and the like included.
    assert isinstance(way, Answer)
    assert (way.status, way.location) == (301, "https://example.org/a/b?c=d")


def test_a_weight_of_zero_gets_nothing() -> None:
    weighted = rule(Forward((("old", 0), ("new", 1))), path_pattern="*")
    deployment = Deployment(load_balancers=(balancer(weighted),))
    ways = [route(deployment, request()) for _ in range(50)]
    assert {way.target_group for way in ways if isinstance(way, ToTargets)} == {"new"}


def test_patterns_know_two_wildcards_and_nothing_else() -> None:
    assert matches("/a/*", "/a/b/c")
    assert matches("/a/?", "/a/b")
    assert not matches("/a/?", "/a/bc")
    assert not matches("/a.c", "/abc")
    assert not matches("/A", "/a")
    assert matches("*.Example.org", "x.example.org", ignore_case=True)
