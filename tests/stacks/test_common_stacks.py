import ipaddress
import json

from contracts import routes
from contracts.personas import Persona
from stacks import environments
from stacks.environments import Environment
from tests.stacks.assembly import Assembly, Template, values_of


def test_the_network_has_three_subnets_of_each_kind_in_three_zones(
    assembly: Assembly, environment: Environment
) -> None:
    subnets = [
        body["Properties"] for body in assembly["network"].of_type("AWS::EC2::Subnet").values()
    ]
    kinds: dict[str, list[str]] = {}
    for subnet in subnets:
        tags = {tag["Key"]: tag["Value"] for tag in subnet["Tags"]}
        kinds.setdefault(tags["aws-cdk:subnet-name"], []).append(subnet["AvailabilityZone"])
        assert not subnet.get("MapPublicIpOnLaunch")
    assert kinds == {kind: list(environment.zones) for kind in ("public", "private", "isolated")}
    ranges = [ipaddress.IPv4Network(subnet["CidrBlock"]) for subnet in subnets]
    assert all(r.subnet_of(ipaddress.IPv4Network(environment.cidr)) for r in ranges)


def test_nat_gateways_are_as_many_as_the_environment_pays_for(
    assembly: Assembly, environment: Environment
) -> None:
    gateways = assembly["network"].of_type("AWS::EC2::NatGateway")
    assert len(gateways) == environment.nat_gateways


def test_isolated_subnets_have_no_way_out(assembly: Assembly) -> None:
    routes_out = assembly["network"].of_type("AWS::EC2::Route")
    assert not [name for name in routes_out if "isolated" in name.lower()]
    assert len(routes_out) == 6


def test_s3_and_dynamodb_are_reached_without_the_internet(assembly: Assembly) -> None:
    endpoints = assembly["network"].of_type("AWS::EC2::VPCEndpoint").values()
    assert len(endpoints) == 2
    assert {body["Properties"]["VpcEndpointType"] for body in endpoints} == {"Gateway"}


def test_only_cloudfront_reaches_the_public_load_balancer(
    assembly: Assembly, environment: Environment
) -> None:
    port = 443 if environment.domain else 80
    inward = [
        body["Properties"]
        for body in assembly["network"].of_type("AWS::EC2::SecurityGroupIngress").values()
    ]
    inline = [
        rule
        for body in assembly["network"].of_type("AWS::EC2::SecurityGroup").values()
        for rule in body["Properties"].get("SecurityGroupIngress", [])
    ]
    assert not [rule for rule in [*inward, *inline] if rule.get("CidrIp") == "0.0.0.0/0"]
    (from_outside,) = [rule for rule in [*inward, *inline] if "SourcePrefixListId" in rule]
    assert (from_outside["FromPort"], from_outside["ToPort"]) == (port, port)


def test_only_programs_reach_the_database(assembly: Assembly) -> None:
    sources = [
        body["Properties"]["SourceSecurityGroupId"]["Fn::GetAtt"][0]
        for name, body in assembly["network"].of_type("AWS::EC2::SecurityGroupIngress").items()
        if name.startswith("Database")
    ]
    assert sorted(source.rstrip("0123456789ABCDEF") for source in sources) == [
        "Function",
        "Service",
    ]


def test_no_other_stack_changes_a_security_group(assembly: Assembly) -> None:
    for type_ in ("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"):
        assert {place.partition("/")[0] for place, _ in assembly.of_type(type_)} == {"network"}


def test_each_kind_of_subnet_has_its_access_list(assembly: Assembly) -> None:
    assert len(assembly["network"].of_type("AWS::EC2::NetworkAcl")) == 3
    assert len(assembly["network"].of_type("AWS::EC2::SubnetNetworkAclAssociation")) == 9


def test_the_database_scales_and_survives_as_the_environment_says(
    assembly: Assembly, environment: Environment
) -> None:
    cluster = assembly["data"].only("AWS::RDS::DBCluster")
    size = environment.database
    scaling = cluster["ServerlessV2ScalingConfiguration"]
    assert scaling["MinCapacity"] == size.minimum_capacity
    assert scaling["MaxCapacity"] == size.maximum_capacity
    assert ("SecondsUntilAutoPause" in scaling) == (size.minimum_capacity == 0)
    assert cluster["BackupRetentionPeriod"] == size.backup_days
    assert cluster["StorageEncrypted"] is True
    assert cluster["EnableIAMDatabaseAuthentication"] is True
    assert cluster["DeletionProtection"] is environment.protected
    assert cluster["EngineVersion"].startswith("16.")
    assert len(assembly["data"].of_type("AWS::RDS::DBInstance")) == 1 + size.readers
    parameters = assembly["data"].only("AWS::RDS::DBClusterParameterGroup")["Parameters"]
    assert parameters == {"rds.force_ssl": "1"}


def test_the_table_has_overloaded_keys_and_can_be_restored(assembly: Assembly) -> None:
    table = assembly["data"].only("AWS::DynamoDB::Table")
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["PK", "SK"]
    (index,) = table["GlobalSecondaryIndexes"]
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["GSI1PK", "GSI1SK"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["TimeToLiveSpecification"]["AttributeName"] == "expires_at"


def test_documents_are_versioned_and_locked_where_the_environment_says(
    assembly: Assembly, environment: Environment
) -> None:
    (documents,) = (
        body["Properties"]
        for name, body in assembly["data"].of_type("AWS::S3::Bucket").items()
        if name.startswith("Documents")
    )
    assert documents["VersioningConfiguration"] == {"Status": "Enabled"}
    assert documents.get("ObjectLockEnabled", False) is environment.lock_documents
    if environment.lock_documents:
        rule = documents["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
        assert rule == {"Days": 8 * 366, "Mode": "GOVERNANCE"}


def test_device_logs_are_kept_for_30_days(assembly: Assembly) -> None:
    assert assembly["data"].of_type("AWS::Logs::LogGroup")
    retentions = {
        name.rstrip("0123456789ABCDEF"): body["Properties"]["RetentionInDays"]
        for name, body in assembly["data"].of_type("AWS::Logs::LogGroup").items()
    }
    assert retentions["DeviceLogs"] == 30


def test_a_message_that_fails_is_set_aside_and_none_goes_in_clear(assembly: Assembly) -> None:
    queues = assembly["queue"].of_type("AWS::SQS::Queue")
    (main,) = (b for b in queues.values() if "RedrivePolicy" in b["Properties"])
    assert main["Properties"]["RedrivePolicy"]["maxReceiveCount"] == 5
    denied = [
        statement
        for policy in assembly["queue"].of_type("AWS::SQS::QueuePolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    ]
    assert len(denied) == 2
    assert all(s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} for s in denied)


def test_there_is_a_group_for_each_persona(assembly: Assembly) -> None:
    groups = assembly["auth"].of_type("AWS::Cognito::UserPoolGroup").values()
    assert {body["Properties"]["GroupName"] for body in groups} == {p.value for p in Persona}


def test_people_sign_in_with_a_second_factor_where_the_environment_is_protected(
    assembly: Assembly, environment: Environment
) -> None:
    pool = assembly["auth"].only("AWS::Cognito::UserPool")
    assert pool["MfaConfiguration"] == ("ON" if environment.protected else "OPTIONAL")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    assert pool["UserPoolAddOns"]["AdvancedSecurityMode"] == "ENFORCED"
    client = assembly["auth"].only("AWS::Cognito::UserPoolClient")
    assert client["GenerateSecret"] is False
    assert set(client["ExplicitAuthFlows"]) >= {"ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"}


def test_load_balancers_speak_tls_where_there_is_a_domain(
    assembly: Assembly, environment: Environment
) -> None:
    listeners = assembly["cluster"].of_type("AWS::ElasticLoadBalancingV2::Listener").values()
    expected = ("HTTPS", 443) if environment.domain else ("HTTP", 80)
    assert [(b["Properties"]["Protocol"], b["Properties"]["Port"]) for b in listeners] == (
        [expected] * 2
    )
    balancers = assembly["cluster"].of_type("AWS::ElasticLoadBalancingV2::LoadBalancer").values()
    schemes = {body["Properties"]["Scheme"] for body in balancers}
    assert schemes == {"internet-facing", "internal"}


def test_images_are_scanned_and_never_overwritten(assembly: Assembly) -> None:
    registries = [
        b["Properties"] for b in assembly["cluster"].of_type("AWS::ECR::Repository").values()
    ]
    assert {r["RepositoryName"] for r in registries} == {
        "fleetcharge/charging",
        "fleetcharge/billing",
    }
    for registry in registries:
        assert registry["ImageScanningConfiguration"] == {"ScanOnPush": True}
        assert registry["ImageTagMutability"] == "IMMUTABLE"
        assert registry["LifecyclePolicy"]


def test_the_distribution_passes_every_public_path_on(assembly: Assembly) -> None:
    config = assembly["hosting"].only("AWS::CloudFront::Distribution")["DistributionConfig"]
    behaviors = {b["PathPattern"]: b for b in config["CacheBehaviors"]}
    assert set(behaviors) == {
        f"{path}/*" for path in (routes.OCPP, routes.CHARGING_API, routes.BILLING_API)
    }
    origins = {origin["Id"]: origin for origin in config["Origins"]}
    for behavior in behaviors.values():
        assert "CustomOriginConfig" in origins[behavior["TargetOriginId"]]
        assert len(behavior["AllowedMethods"]) == 7
    site = origins[config["DefaultCacheBehavior"]["TargetOriginId"]]
    assert site["OriginAccessControlId"]
    assert config["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]
    assert config["Logging"]


def test_nothing_of_a_domain_goes_in_clear(assembly: Assembly, environment: Environment) -> None:
    config = assembly["hosting"].only("AWS::CloudFront::Distribution")["DistributionConfig"]
    policies = {b["ViewerProtocolPolicy"] for b in config["CacheBehaviors"]}
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


def test_people_and_automation_come_from_the_management_account(
    assembly: Assembly, environment: Environment
) -> None:
    management = environments.read().accounts.management
    for name, body in assembly["roles"].of_type("AWS::IAM::Role").items():
        trusted = body["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert all(f":{management}:root" in str(trust["Principal"]["AWS"]) for trust in trusted)
        needs_second_factor = not name.startswith("Automation")
        assert all(("Condition" in trust) is needs_second_factor for trust in trusted)


def test_developers_deploy_where_nothing_is_protected(
    assembly: Assembly, environment: Environment
) -> None:
    developer = [
        statement
        for name, body in assembly["roles"].of_type("AWS::IAM::Policy").items()
        if name.startswith("Developer")
        for statement in body["Properties"]["PolicyDocument"]["Statement"]
    ]
    allowed = [statement["Action"] for statement in developer if statement["Effect"] == "Allow"]
    assert ("sts:AssumeRole" in allowed) is not environment.protected


def test_every_role_outside_of_the_roles_stack_carries_the_boundary(assembly: Assembly) -> None:
    for place, body in assembly.of_type("AWS::IAM::Role"):
        boundary = str(body["Properties"].get("PermissionsBoundary"))
        if not place.startswith("roles/"):
            assert boundary.endswith(":policy/fleetcharge-boundary"), place
    (policy,) = assembly["roles"].of_type("AWS::IAM::ManagedPolicy").values()
    assert policy["Properties"]["ManagedPolicyName"] == "fleetcharge-boundary"


def test_the_roles_are_deployed_without_the_bootstrap_that_they_bind(assembly: Assembly) -> None:
    manifest = (assembly.folder / f"assembly-{assembly.environment}/manifest.json").read_text()
    stacks: dict[str, Template] = {
        artifact["properties"]["stackName"]: artifact["properties"]
        for artifact in json.loads(manifest)["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    unbound = stacks.pop(f"{assembly.environment}-roles")
    assert "assumeRoleArn" not in unbound
    assert "cloudFormationExecutionRoleArn" not in unbound
    assert len(json.dumps(assembly["roles"].template)) < 51_200  # sent as it is, not by a bucket
    assert all("cloudFormationExecutionRoleArn" in stack for stack in stacks.values())


def test_outputs_that_others_rely_on_are_there(assembly: Assembly) -> None:
    for stack, names in {
        "auth": {"UserPoolId", "OperatorClientId"},
        "cluster": {"PublicLoadBalancerDnsName", "PrivateLoadBalancerDnsName"},
        "hosting": {"DistributionDomainName"},
        "queue": {"SessionEventsQueueUrl"},
        "billing": {"DocumentsBucketName"},
        "telemetry": {"WebhookUrl", "WebhookSecretArn", "GraphQlUrl", "DeviceLogGroupName"},
    }.items():
        assert names <= assembly[stack].outputs


def test_the_key_turns_and_serves_only_this_account(assembly: Assembly) -> None:
    key = assembly["secrets"].only("AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True
    assert "*" not in [p for p in values_of(key["KeyPolicy"], "AWS") if isinstance(p, str)]
