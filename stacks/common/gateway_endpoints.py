"""S3 and DynamoDB, reached inside the network by routes that cost nothing."""

from aws_cdk import Stack, aws_ec2, aws_iam

from stacks.common.interface_endpoints import ours_to_ours


def open_gateways(vpc: aws_ec2.Vpc) -> None:
    """Each passes on calls of this account's identities to this account's resources.

    Through S3's come two things of AWS's own as well, each by a URL that AWS has signed itself: the
    layers of images, which registries hand out, and what a custom resource answers CloudFormation.
    """
    region = Stack.of(vpc).region
    s3 = vpc.add_gateway_endpoint("S3", service=aws_ec2.GatewayVpcEndpointAwsService.S3)
    dynamodb = vpc.add_gateway_endpoint(
        "DynamoDb", service=aws_ec2.GatewayVpcEndpointAwsService.DYNAMODB
    )
    for endpoint in (s3, dynamodb):
        endpoint.add_to_policy(ours_to_ours(vpc))
    answers = f"cloudformation-custom-resource-response-{region.replace('-', '')}"
    for action, bucket in (
        ("s3:GetObject", f"prod-{region}-starport-layer-bucket"),
        ("s3:PutObject", answers),
    ):
        s3.add_to_policy(
            aws_iam.PolicyStatement(
                principals=[aws_iam.AnyPrincipal()],
                actions=[action],
                resources=[f"arn:{Stack.of(vpc).partition}:s3:::{bucket}/*"],
            )
        )
