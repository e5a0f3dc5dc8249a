"""What a deployed environment says of itself: the outputs of its stacks, and who may sign in."""

import secrets
from typing import Any

import boto3
import botocore.exceptions

from contracts.personas import Persona

EDGE_REGION = "us-east-1"
"""CloudFront takes its certificates and web ACLs from there."""
OPERATOR = "operator@fleetcharge.example"


class NoSuchOutputError(LookupError):
    """A stack does not say what was asked of it."""


class Deployment:
    """The deployed environment, read through AWS's own APIs."""

    def __init__(self, environment: str, aws: dict[str, str]) -> None:
        """`aws` holds the variables that point the AWS CLI at the account."""
        self.environment = environment
        self._session: Any = boto3.Session(
            aws_access_key_id=aws["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=aws["AWS_SECRET_ACCESS_KEY"],
            region_name=aws["AWS_REGION"],
        )
        self._endpoint = aws.get("AWS_ENDPOINT_URL")

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client of the account; in the region of the environment, or another."""
        return self._session.client(service, region_name=region, endpoint_url=self._endpoint)

    def stacks(self) -> dict[str, str]:
        """Name and status of every stack of the environment, in its region and at the edge."""
        prefix = f"{self.environment}-"
        return {
            stack["StackName"]: stack["StackStatus"]
            for region in (self._session.region_name, EDGE_REGION)
            for page in self.client("cloudformation", region)
            .get_paginator("describe_stacks")
            .paginate()
            for stack in page["Stacks"]
            if stack["StackName"].startswith(prefix)
        }

    def is_bootstrapped(self, region: str) -> bool:
        """Whether the CDK's own stack is there."""
        try:
            self.client("ssm", region).get_parameter(Name="/cdk-bootstrap/hnb659fds/version")
        except botocore.exceptions.ClientError:
            return False
        return True

    def output(self, stack: str, name: str) -> str:
        """An output of one of the environment's stacks; raises `NoSuchOutputError`."""
        full_name = f"{self.environment}-{stack}"
        [description] = self.client("cloudformation").describe_stacks(StackName=full_name)["Stacks"]
        for output in description.get("Outputs", []):
            if output["OutputKey"] == name:
                value: str = output["OutputValue"]
                return value
        raise NoSuchOutputError(f"the stack {full_name} has no output {name}")

    def sign_in(self) -> str:
        """An operator's access token; makes the operator, with a new password each time."""
        cognito = self.client("cognito-idp")
        pool = self.output("auth", "UserPoolId")
        # 24 characters of three classes and a fourth satisfy every password policy of ours.
        password = secrets.token_urlsafe(18) + "aA1!"
        try:
            cognito.admin_create_user(
                UserPoolId=pool, Username=OPERATOR, MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "email", "Value": OPERATOR},
                    {"Name": "email_verified", "Value": "true"},
                ],
            )  # fmt: skip
        except botocore.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "UsernameExistsException":
                raise
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=OPERATOR, Password=password, Permanent=True
        )
        for persona in (Persona.OPERATOR, Persona.ACCOUNTANT):
            cognito.admin_add_user_to_group(
                UserPoolId=pool, Username=OPERATOR, GroupName=persona.value
            )
        answer = cognito.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=self.output("auth", "OperatorClientId"),
            AuthParameters={"USERNAME": OPERATOR, "PASSWORD": password},
        )
        token: str = answer["AuthenticationResult"]["AccessToken"]
        return token
