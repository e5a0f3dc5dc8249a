"""Prometheus, and the pages it reads."""

from fnmatch import fnmatchcase

import pytest

from contracts import routes
from tests.stacks.assembly import Assembly


@pytest.mark.parametrize("path", [routes.METRICS, routes.HEALTH])
def test_nothing_outside_leads_to_what_only_aws_asks_for(assembly: Assembly, path: str) -> None:
    patterns = [
        pattern
        for _, rule in assembly.of_type("AWS::ElasticLoadBalancingV2::ListenerRule")
        for condition in rule["Properties"]["Conditions"]
        for pattern in condition["PathPatternConfig"]["Values"]
    ]
    distribution = assembly["hosting"].only("AWS::CloudFront::Distribution")
    programs = [
        behavior["PathPattern"] for behavior in distribution["DistributionConfig"]["CacheBehaviors"]
    ]
    assert patterns
    assert set(programs) - {f"{routes.SIMULATOR}/*"} <= set(patterns)
    for pattern in patterns + programs:
        assert not fnmatchcase(path, pattern)
        assert not fnmatchcase(f"{path}/", pattern)
    for _, listener in assembly.of_type("AWS::ElasticLoadBalancingV2::Listener"):
        (otherwise,) = listener["Properties"]["DefaultActions"]
        assert otherwise["FixedResponseConfig"]["StatusCode"] == "404"
