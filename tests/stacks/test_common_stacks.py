import ipaddress
import json

from contracts import routes
from contracts.personas import Persona
from stacks import environments
from stacks.environments import Environment, Fleet
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
    assert ("ReplicationConfiguration" in documents) is environment.replicate_documents
    if environment.lock_documents:
        rule = documents["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
        assert rule == {"Days": 8 * 366, "Mode": "GOVERNANCE"}


def test_every_document_is_copied_to_the_backup_region_and_no_deletion(
    assembly: Assembly, environment: Environment, fleet: Fleet
) -> None:
    if not environment.replicate_documents:
        assert "documents-copy" not in assembly.stacks
        return
    (documents,) = (
        body["Properties"]
        for name, body in assembly["data"].of_type("AWS::S3::Bucket").items()
        if name.startswith("Documents")
    )
    (rule,) = documents["ReplicationConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["DeleteMarkerReplication"] == {"Status": "Disabled"}
    assert rule["SourceSelectionCriteria"]["SseKmsEncryptedObjects"] == {"Status": "Enabled"}
    assert rule["Filter"] in ({}, {"Prefix": ""})
    assert "documents-copy" in assembly["data"].needs
    manifest = (assembly.folder / f"assembly-{assembly.environment}/manifest.json").read_text()
    assert f"aws://{environment.account}/{fleet.organization.backup_region}" in manifest
    copies = next(
        body["Properties"]
        for name, body in assembly["documents-copy"].of_type("AWS::S3::Bucket").items()
        if name.startswith("Copies")
    )
    assert copies["VersioningConfiguration"] == {"Status": "Enabled"}
    assert rule["Destination"]["Bucket"] == f"arn:aws:s3:::{copies['BucketName']}"
    for property_ in ("ObjectLockEnabled", "ObjectLockConfiguration"):
        assert copies.get(property_) == documents.get(property_)


def test_the_replicator_reads_one_bucket_and_writes_the_other(
    assembly: Assembly, environment: Environment
) -> None:
    if not environment.replicate_documents:
        return
    (statements,) = (
        body["Properties"]["PolicyDocument"]["Statement"]
        for name, body in assembly["data"].of_type("AWS::IAM::Policy").items()
        if name.startswith("Replicator")
    )
    buckets = {
        action: statement["Resource"]
        for statement in statements
        for action in (
            statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        )
        if action.startswith("s3:")
    }
    own = f"arn:aws:s3:::fleetcharge-{assembly.environment}-documents-{environment.account}"
    copy = f"arn:aws:s3:::fleetcharge-{assembly.environment}-documents-copy-{environment.account}"
    assert buckets.pop("s3:ReplicateObject") == f"{copy}/*"
    assert buckets.pop("s3:ReplicateTags") == f"{copy}/*"
    assert set(buckets.values()) == {own, f"{own}/*"}
    assert not {action for action in buckets if "Delete" in action or "Put" in action}


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


def clients(assembly: Assembly) -> dict[str, Template]:
    """The user pool's clients, by the name of their construct."""
    return {
        id_.removeprefix("People").rstrip("0123456789ABCDEF"): body["Properties"]
        for id_, body in assembly["auth"].of_type("AWS::Cognito::UserPoolClient").items()
    }


def test_operators_sign_in_on_the_dashboard_s_own_form(assembly: Assembly) -> None:
    client = clients(assembly)["Operators"]
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlowsUserPoolClient"] is False
    assert set(client["ExplicitAuthFlows"]) >= {"ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"}


def test_drivers_get_a_code_that_only_their_app_redeems(
    assembly: Assembly, environment: Environment
) -> None:
    client = clients(assembly)["Drivers"]
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert "ALLOW_USER_PASSWORD_AUTH" not in client["ExplicitAuthFlows"]
    site, app = client["CallbackURLs"]
    assert app == "fleetcharge://signed-in"
    expected = (
        f"https://{environment.domain.name}" if environment.domain else "http://localhost:8080"
    )
    assert site == f"{expected}/driver/"


def test_each_partner_s_machine_has_a_secret_and_partners_scopes_only(
    assembly: Assembly, environment: Environment
) -> None:
    server = assembly["auth"].only("AWS::Cognito::UserPoolResourceServer")
    assert {scope["ScopeName"] for scope in server["Scopes"]} == {"sessions.read", "stations.read"}
    partners = {
        client["ClientName"]: client
        for name, client in clients(assembly).items()
        if name not in ("Operators", "Drivers")
    }
    assert set(partners) == {f"partner-{name}" for name in environment.partners}
    for client in partners.values():
        assert client["GenerateSecret"] is True
        assert client["AllowedOAuthFlows"] == ["client_credentials"]
        assert len(client["AllowedOAuthScopes"]) == 2
        assert all("/" in str(scope) for scope in client["AllowedOAuthScopes"])


def test_people_sign_in_at_a_name_of_the_environment(
    assembly: Assembly, environment: Environment
) -> None:
    hosting = assembly["hosting"]
    ((_, domain),) = hosting.of_type("AWS::Cognito::UserPoolDomain").items()
    if environment.domain is None:
        prefix = f"fleetcharge-{assembly.environment}-{environment.account}"
        assert domain["Properties"]["Domain"] == prefix
        return
    own = f"auth.{environment.domain.name}"
    assert domain["Properties"]["Domain"] == own
    certificate = assembly["edge"].only("AWS::CertificateManager::Certificate")
    assert certificate["SubjectAlternativeNames"] == [own]
    records = hosting.of_type("AWS::Route53::RecordSet")
    names = {id_: body["Properties"]["Name"] for id_, body in records.items()}
    assert f"{own}." in names.values()
    # Cognito takes the name only when the one above it answers.
    above = {id_ for id_, name in names.items() if name == f"{environment.domain.name}."}
    assert above <= set(domain["DependsOn"])


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
    simulator = behaviors.pop(f"{routes.SIMULATOR}/*")
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
    assert simulator["TargetOriginId"] == config["DefaultCacheBehavior"]["TargetOriginId"]


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
