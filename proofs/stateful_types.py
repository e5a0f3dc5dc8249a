"""Resource types that hold something a new resource of the same kind would not have."""

LOST_WITH: dict[str, str] = {
    # Data
    "AWS::Backup::BackupVault": "every recovery point in it",
    "AWS::CloudFront::KeyValueStore": "every pair in it",
    "AWS::DynamoDB::GlobalTable": "every item, in every region",
    "AWS::DynamoDB::Table": "every item, and its point-in-time recovery",
    "AWS::EC2::Volume": "the disk's content",
    "AWS::ECR::Repository": "every image, also those that an older deployment would go back to",
    "AWS::EFS::FileSystem": "every file",
    "AWS::Logs::LogGroup": "the history written to it",
    "AWS::OpenSearchService::Domain": "every index",
    "AWS::APS::Workspace": "every metric stored",
    "AWS::AmazonMQ::Broker": "the messages under way, and the address that clients know",
    "AWS::RDS::DBCluster": "every database in the cluster, and its automated backups",
    "AWS::RDS::DBInstance": "the instance; of one outside a cluster, its databases",
    "AWS::S3::Bucket": "every object and version, and a name that others write to",
    "AWS::SQS::Queue": "the messages under way",
    # Keys and secrets
    "AWS::KMS::Key": "the key, and with it all that is encrypted under it",
    "AWS::SecretsManager::Secret": "the secret's value, which others hold a copy of",
    # People
    "AWS::Cognito::IdentityPool": "the identities that users were given",
    "AWS::Cognito::UserPool": "every user with password and second factor: none can be exported",
    "AWS::Cognito::UserPoolClient": "the client id that programs are set up with",
    "AWS::Cognito::UserPoolGroup": "who belongs to it: what its people may do",
    "AWS::IdentityStore::Group": "who belongs to it: what its people may do",
    "AWS::Organizations::Account": "the account: deleting it closes it",
    "AWS::Organizations::Organization": "the organisation",
    "AWS::Organizations::OrganizationalUnit": "the place of its accounts, and their guardrails",
    # Networks: nothing inside one survives its replacement
    "AWS::EC2::Subnet": "everything that has an address in it: it must be emptied first",
    "AWS::EC2::VPC": "everything inside: databases, tasks, load balancers",
    "AWS::RDS::DBSubnetGroup": "the clusters in it, which are replaced with it",
    # Names that people, devices or partners outside know
    "AWS::ApiGateway::ApiKey": "the key that a partner was given",
    "AWS::ApiGateway::RestApi": "the address that partners know",
    "AWS::AppSync::GraphQLApi": "the address that clients know",
    "AWS::CloudFormation::StackSet": "the stacks that it made in other accounts",
    "AWS::CloudFront::Distribution": "the address that clients and names point to",
    "AWS::Cognito::UserPoolDomain": "the address where people sign in",
    "AWS::EC2::EIP": "the address that partners let in",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "the address that names point to",
    "AWS::Lambda::Url": "the address that callers were given",
    "AWS::Route53::DNSSEC": "every name in the zone, while the parent's DS record stands",
    "AWS::Route53::HostedZone": "every record, and the name servers that its parent delegates to",
    "AWS::Route53::KeySigningKey": "every name in the zone, while the parent's DS record stands",
    "AWS::SNS::Subscription": "its confirmation",
    "AWS::SNS::Topic": "the confirmations of its subscribers",
}
"""What would be lost with a resource of a type."""

LOST_WITH_CUSTOM_RESOURCE = "whatever its function removes when it is told to delete"

REGENERATING: dict[str, tuple[str, ...]] = {
    "AWS::SecretsManager::Secret": ("GenerateSecretString",),
}
"""Properties whose change keeps the resource and makes its content anew."""


def lost_with(type_: str) -> str | None:
    """What would be lost; None for a type that holds nothing."""
    if type_.startswith("Custom::") or type_ == "AWS::CloudFormation::CustomResource":
        return LOST_WITH_CUSTOM_RESOURCE
    return LOST_WITH.get(type_)
