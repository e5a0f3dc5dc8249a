"""The way in: load balancers, distribution, firewall, names."""

from contracts import routes
from stacks.environments import Environment
from tests.stacks.assembly import Assembly, Template


def test_load_balancers_speak_tls_where_there_is_a_domain(
    assembly: Assembly, environment: Environment
) -> None:
    listeners = assembly["cluster"].of_type("AWS::ElasticLoadBalancingV2::Listener").values()
    expected = ("HTTPS", 443) if environment.domain else ("HTTP", 80)
    found = [
        (listener["Protocol"], listener["Port"])
        for listener in (body["Properties"] for body in listeners)
        if "MutualAuthentication" not in listener
    ]
    assert found == [expected] * 2
    balancers = assembly["cluster"].of_type("AWS::ElasticLoadBalancingV2::LoadBalancer").values()
    schemes = {body["Properties"]["Scheme"] for body in balancers}
    assert schemes == {"internet-facing", "internal"}


def test_the_distribution_passes_every_public_path_on(assembly: Assembly) -> None:
    config = assembly["hosting"].only("AWS::CloudFront::Distribution")["DistributionConfig"]
    behaviors = {b["PathPattern"]: b for b in config["CacheBehaviors"]}
    simulator = behaviors.pop(f"{routes.SIMULATOR}/*")
    assert set(behaviors) == {
        f"{path}/*"
        for path in (routes.OCPP, routes.CHARGING_API, routes.BILLING_API, routes.GRAFANA)
    }
    origins = {origin["Id"]: origin for origin in config["Origins"]}
    for behavior in behaviors.values():
        assert "CustomOriginConfig" in origins[behavior["TargetOriginId"]]
        assert len(behavior["AllowedMethods"]) == 7
    site = origins[config["DefaultCacheBehavior"]["TargetOriginId"]]
    assert site["OriginAccessControlId"]
    assert config["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]
    assert config["Logging"]
    assert simulator["TargetOriginId"] == config["DefaultCacheBehavior"]["TargetOriginId"]


def test_who_reads_the_distribution_s_log_is_logged(assembly: Assembly) -> None:
    buckets = assembly["hosting"].of_type("AWS::S3::Bucket")
    prefixes = [b["Properties"]["LoggingConfiguration"]["LogFilePrefix"] for b in buckets.values()]
    assert {prefix.split("/")[-2] for prefix in prefixes} == {"site", "logs"}


def test_the_simulator_s_site_asks_for_a_password_at_the_edge(assembly: Assembly) -> None:
    hosting = assembly["hosting"]
    config = hosting.only("AWS::CloudFront::Distribution")["DistributionConfig"]
    (simulator,) = (
        b for b in config["CacheBehaviors"] if b["PathPattern"] == f"{routes.SIMULATOR}/*"
    )
    (gate,) = hosting.of_type("AWS::CloudFront::Function")
    (asked,) = simulator["FunctionAssociations"]
    assert asked["EventType"] == "viewer-request"
    assert asked["FunctionARN"] == {"Fn::GetAtt": [gate, "FunctionARN"]}
    assert simulator["ViewerProtocolPolicy"] == "https-only"
    assert simulator["ResponseHeadersPolicyId"]
    function = hosting.only("AWS::CloudFront::Function")
    assert function["AutoPublish"] is True
    assert function["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0"
    (store,) = hosting.of_type("AWS::CloudFront::KeyValueStore")
    (associated,) = function["FunctionConfig"]["KeyValueStoreAssociations"]
    assert associated["KeyValueStoreARN"] == {"Fn::GetAtt": [store, "Arn"]}
    # Nobody's password, nor its hash, comes from here.
    assert "ImportSource" not in hosting.only("AWS::CloudFront::KeyValueStore")


def test_nothing_of_a_domain_goes_in_clear(assembly: Assembly, environment: Environment) -> None:
    config = assembly["hosting"].only("AWS::CloudFront::Distribution")["DistributionConfig"]
    policies = {
        b["ViewerProtocolPolicy"]
        for b in config["CacheBehaviors"]
        if b["PathPattern"] != f"{routes.SIMULATOR}/*"
    }
    (programs,) = [
        origin["CustomOriginConfig"]["OriginProtocolPolicy"]
        for origin in config["Origins"]
        if "CustomOriginConfig" in origin
    ]
    if environment.domain:
        assert policies == {"https-only"}
        assert programs == "https-only"
        assert config["Aliases"] == [environment.domain.name]
        assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    else:
        assert programs == "http-only"


def test_firewall_and_certificate_are_in_cloudfronts_home(
    assembly: Assembly, environment: Environment
) -> None:
    firewall = assembly["edge"].only("AWS::WAFv2::WebACL")
    assert firewall["Scope"] == "CLOUDFRONT"
    config = assembly["hosting"].only("AWS::CloudFront::Distribution")["DistributionConfig"]
    reference: Template = config["WebACLId"]["Fn::GetStackOutput"]
    assert reference["Region"] == "us-east-1"
    certificates = assembly["edge"].of_type("AWS::CertificateManager::Certificate")
    assert len(certificates) == (1 if environment.domain else 0)
