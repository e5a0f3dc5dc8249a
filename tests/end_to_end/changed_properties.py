"""One property of each resource type changed: an update of every type that is more than tags.

Of the properties that CloudFormation changes in place, one whose new value fits what stands beside
it. A type that is not here has none, or only such as name other resources.
"""

from collections.abc import Callable
from typing import Any

Json = Any
Change = Callable[[Json], Json]


def _to(value: Json) -> Change:
    return lambda _: value


def _either(one: Json, other: Json) -> Change:
    return lambda before: other if before == one else one


def _more(before: Json) -> Json:
    """A number, also one that stands there as a text."""
    return str(int(before) + 1) if isinstance(before, str) else before + 1


def _with(more: Json) -> Change:
    return lambda before: [*before, more]


def _switched(before: Json) -> Json:
    return not before


def _longer(text: str) -> Change:
    """Also what CloudFormation puts together."""

    def changed(before: Json) -> Json:
        if isinstance(before, dict):
            return {"Fn::Join": ["", [before, text]]}
        return f"{before or ''}{text}"

    return changed


_described = _longer(" (changed)")
_SID = ("Statement/0/Sid", _to("Changed"))
_IN_DOCUMENT = (f"PolicyDocument/{_SID[0]}", _SID[1])

CHANGED: dict[str, tuple[tuple[str, Change], ...]] = {
    "AWS::AmazonMQ::Broker": (("MaintenanceWindowStartTime/TimeOfDay", _to("03:00")),),
    "AWS::AppSync::DataSource": (("Description", _described),),
    "AWS::AppSync::GraphQLApi": (("XrayEnabled", _switched),),
    "AWS::AppSync::GraphQLSchema": (("Definition", _longer("\n# changed\n")),),
    "AWS::AppSync::Resolver": (("MetricsConfig", _to("ENABLED")),),
    "AWS::ApplicationAutoScaling::ScalableTarget": (("MaxCapacity", _more),),
    "AWS::ApplicationAutoScaling::ScalingPolicy": (
        ("TargetTrackingScalingPolicyConfiguration/TargetValue", _more),
    ),
    "AWS::Athena::WorkGroup": (("Description", _described),),
    "AWS::AutoScaling::AutoScalingGroup": (("MaxSize", _more),),
    "AWS::Backup::BackupPlan": (("BackupPlan/BackupPlanRule/0/StartWindowMinutes", _more),),
    "AWS::Backup::BackupVault": ((f"AccessPolicy/{_SID[0]}", _SID[1]),),
    "AWS::Backup::RestoreTestingPlan": (("StartWindowHours", _more),),
    "AWS::Backup::RestoreTestingSelection": (("ValidationWindowHours", _more),),
    "AWS::Budgets::Budget": (("Budget/BudgetLimit/Amount", _more),),
    "AWS::CertificateManager::Certificate": (
        ("CertificateTransparencyLoggingPreference", _to("DISABLED")),
    ),
    "AWS::CloudFormation::StackSet": (("Description", _described),),
    "AWS::CloudFront::Distribution": (("DistributionConfig/Comment", _described),),
    "AWS::CloudFront::Function": (("FunctionConfig/Comment", _described),),
    "AWS::CloudFront::KeyValueStore": (("Comment", _described),),
    "AWS::CloudFront::OriginAccessControl": (
        ("OriginAccessControlConfig/Description", _described),
    ),
    "AWS::CloudFront::ResponseHeadersPolicy": (
        ("ResponseHeadersPolicyConfig/Comment", _described),
    ),
    "AWS::CloudTrail::Trail": (("EnableLogFileValidation", _switched),),
    "AWS::CloudWatch::Alarm": (("Threshold", _more),),
    "AWS::CloudWatch::Dashboard": (("DashboardBody", _longer(" ")),),
    "AWS::CodeDeploy::DeploymentGroup": (
        ("DeploymentConfigName", _to("CodeDeployDefault.LambdaAllAtOnce")),
    ),
    "AWS::Cognito::UserPool": (("Policies/PasswordPolicy/MinimumLength", _more),),
    "AWS::Cognito::UserPoolClient": (("AccessTokenValidity", _more),),
    "AWS::Cognito::UserPoolDomain": (("ManagedLoginVersion", _to(2)),),
    "AWS::Cognito::UserPoolGroup": (("Description", _described),),
    "AWS::Cognito::UserPoolResourceServer": (("Name", _longer(" changed")),),
    "AWS::Config::ConfigurationAggregator": (
        ("OrganizationAggregationSource/AllAwsRegions", _switched),
    ),
    "AWS::Config::ConfigurationRecorder": (("RecordingMode/RecordingFrequency", _to("DAILY")),),
    "AWS::Config::DeliveryChannel": (
        ("ConfigSnapshotDeliveryProperties/DeliveryFrequency", _to("Six_Hours")),
    ),
    "AWS::DynamoDB::Table": (
        ("PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled", _switched),
    ),
    "AWS::EC2::LaunchTemplate": (("LaunchTemplateData/Monitoring/Enabled", _switched),),
    "AWS::EC2::NetworkAclEntry": (("CidrBlock", _to("198.51.100.0/24")),),
    "AWS::EC2::SecurityGroup": (("SecurityGroupEgress/0/Description", _described),),
    "AWS::EC2::SecurityGroupEgress": (("Description", _described),),
    "AWS::EC2::SecurityGroupIngress": (("Description", _described),),
    "AWS::EC2::Subnet": (("MapPublicIpOnLaunch", _switched),),
    "AWS::EC2::VPC": (("EnableDnsHostnames", _switched),),
    "AWS::EC2::VPCEndpoint": (_IN_DOCUMENT,),
    "AWS::ECR::Repository": (("ImageScanningConfiguration/ScanOnPush", _switched),),
    "AWS::ECS::CapacityProvider": (
        ("AutoScalingGroupProvider/ManagedScaling/TargetCapacity", _to(90)),
    ),
    "AWS::ECS::Cluster": (("ClusterSettings/0/Value", _either("enabled", "disabled")),),
    "AWS::ECS::ClusterCapacityProviderAssociations": (("CapacityProviders", _with("FARGATE")),),
    "AWS::ECS::Service": (("DeploymentConfiguration/MaximumPercent", _more),),
    "AWS::EFS::FileSystem": ((f"FileSystemPolicy/{_SID[0]}", _SID[1]),),
    "AWS::ElasticLoadBalancingV2::Listener": (
        ("DefaultActions/0/FixedResponseConfig/MessageBody", _described),
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": (("Priority", lambda before: before + 10_000),),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        ("LoadBalancerAttributes", _with({"Key": "client_keep_alive.seconds", "Value": "1800"})),
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (("Matcher/HttpCode", _to("200-299")),),
    "AWS::Events::Rule": (("Description", _described),),
    "AWS::Glue::Database": (("DatabaseInput/Description", _described),),
    "AWS::Glue::Table": (("TableInput/Description", _described),),
    "AWS::IAM::ManagedPolicy": (_IN_DOCUMENT,),
    "AWS::IAM::Policy": (_IN_DOCUMENT,),
    "AWS::IAM::Role": (("Description", _described),),
    "AWS::IAM::ServiceLinkedRole": (("Description", _described),),
    "AWS::IdentityStore::Group": (("Description", _described),),
    "AWS::KMS::Key": (("Description", _described),),
    "AWS::Lambda::Alias": (("Description", _described),),
    "AWS::Lambda::EventInvokeConfig": (("MaximumEventAgeInSeconds", _to(3600)),),
    "AWS::Lambda::Function": (("Timeout", _more),),
    "AWS::Lambda::Url": (("InvokeMode", _to("RESPONSE_STREAM")),),
    "AWS::Logs::AccountPolicy": (("PolicyDocument", _longer(" ")),),
    "AWS::Logs::LogGroup": (("RetentionInDays", _either(365, 400)),),
    "AWS::Logs::MetricFilter": (("MetricTransformations/0/DefaultValue", _more),),
    "AWS::Logs::QueryDefinition": (("QueryString", _longer("\n| limit 5")),),
    "AWS::Logs::ResourcePolicy": (("PolicyDocument", _longer(" ")),),
    "AWS::OpenSearchService::Domain": ((f"AccessPolicies/{_SID[0]}", _SID[1]),),
    "AWS::Organizations::Account": (("AccountName", _longer(" changed")),),
    "AWS::Organizations::OrganizationalUnit": (("Name", _longer(" changed")),),
    "AWS::Organizations::Policy": (("Description", _described),),
    "AWS::RDS::DBCluster": (("BackupRetentionPeriod", _more),),
    "AWS::RDS::DBClusterParameterGroup": (("Parameters/log_min_duration_statement", _to("500")),),
    "AWS::RDS::DBInstance": (("PromotionTier", _more),),
    "AWS::RDS::DBSubnetGroup": (("DBSubnetGroupDescription", _described),),
    "AWS::Route53::HostedZone": (("HostedZoneConfig/Comment", _described),),
    "AWS::Route53::KeySigningKey": (("Status", _to("INACTIVE")),),
    "AWS::Route53::RecordSet": (
        ("AliasTarget/EvaluateTargetHealth", _switched),
        ("TTL", _more),
    ),
    "AWS::S3::Bucket": (
        ("LifecycleConfiguration/Rules/0/NoncurrentVersionExpiration/NoncurrentDays", _more),
        ("LifecycleConfiguration/Rules/0/ExpirationInDays", _more),
    ),
    "AWS::S3::BucketPolicy": (_IN_DOCUMENT,),
    "AWS::SNS::Subscription": (("FilterPolicyScope", _to("MessageBody")),),
    "AWS::SNS::Topic": (("DisplayName", _described),),
    "AWS::SNS::TopicPolicy": (_IN_DOCUMENT,),
    "AWS::SQS::Queue": (("ReceiveMessageWaitTimeSeconds", _to(5)),),
    "AWS::SQS::QueuePolicy": (_IN_DOCUMENT,),
    "AWS::SSM::Parameter": (("Description", _described),),
    "AWS::SSO::PermissionSet": (("Description", _described),),
    "AWS::SecretsManager::RotationSchedule": (("RotationRules/Duration", _to("4h")),),
    "AWS::SecretsManager::Secret": (("Description", _described),),
    "AWS::SecurityHub::ConfigurationPolicy": (("Description", _described),),
    "AWS::SecurityHub::OrganizationConfiguration": (("AutoEnableStandards", _to("DEFAULT")),),
    "AWS::ServiceDiscovery::PrivateDnsNamespace": (("Description", _described),),
    "AWS::ServiceDiscovery::Service": (("DnsConfig/DnsRecords/0/TTL", _more),),
    "AWS::WAFv2::LoggingConfiguration": (("LoggingFilter/DefaultBehavior", _to("KEEP")),),
    "AWS::WAFv2::WebACL": (("Description", _described),),
    "Custom::DatabaseRole": (("ServiceTimeout", _more),),
    "Custom::LogRetention": (("RetentionDays", _to(60)),),
    "Custom::ZoneDelegation": (("ServiceTimeout", _more),),
}

_TAGS = "only its tags change"
_REPLACED = "every change makes another"
_ONLY_REFERENCES = "it names other resources, and nothing more"
UNCHANGED = {
    "AWS::AccessAnalyzer::Analyzer": _TAGS,
    "AWS::Athena::NamedQuery": _REPLACED,
    "AWS::Backup::BackupSelection": _REPLACED,
    "AWS::CodeDeploy::Application": _TAGS,
    "AWS::EC2::EIP": _TAGS,
    "AWS::EC2::FlowLog": _TAGS,
    "AWS::EC2::InternetGateway": _TAGS,
    "AWS::EC2::NatGateway": _TAGS,
    "AWS::EC2::NetworkAcl": _TAGS,
    "AWS::EC2::Route": _ONLY_REFERENCES,
    "AWS::EC2::RouteTable": _TAGS,
    "AWS::EC2::SubnetNetworkAclAssociation": _REPLACED,
    "AWS::EC2::SubnetRouteTableAssociation": _REPLACED,
    "AWS::EC2::VPCGatewayAttachment": _ONLY_REFERENCES,
    "AWS::ECS::TaskDefinition": _REPLACED,
    "AWS::EFS::AccessPoint": _TAGS,
    "AWS::EFS::MountTarget": _ONLY_REFERENCES,
    "AWS::ElasticLoadBalancingV2::TrustStore": "it names a file, and nothing more",
    "AWS::IAM::InstanceProfile": _ONLY_REFERENCES,
    "AWS::KMS::Alias": _ONLY_REFERENCES,
    "AWS::Lambda::Permission": _REPLACED,
    "AWS::Lambda::Version": _REPLACED,
    "AWS::Route53::DNSSEC": _REPLACED,
    "AWS::SSO::Assignment": _REPLACED,
    "AWS::SecretsManager::SecretTargetAttachment": _ONLY_REFERENCES,
    "AWS::SecurityHub::DelegatedAdmin": _REPLACED,
    "AWS::SecurityHub::FindingAggregator": "it takes all regions, and nothing more",
    "AWS::SecurityHub::PolicyAssociation": _ONLY_REFERENCES,
}
"""Why no property of the type is changed."""


def with_changed_properties(template: Json) -> Json:
    """Every resource whose type has a property to change, changed in one."""
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for path, change in CHANGED.get(resource["Type"], ()):
            *above, name = path.split("/")
            if (holder := _at(properties, above)) is not None:
                holder[name] = change(holder.get(name))
                break
    return template


def _at(properties: Json, path: list[str]) -> Json | None:
    """What is there, if anything is."""
    found = properties
    for name in path:
        if isinstance(found, list):
            found = found[int(name)] if int(name) < len(found) else None
        elif isinstance(found, dict):
            found = found.get(name)
    return found
