"""The station simulator's site, behind a password at the edge."""

from pathlib import Path

from aws_cdk import CfnOutput, aws_cloudfront
from constructs import Construct

from stacks.constructs.environment_stack import environment_stack

GATE = Path(__file__).parents[2] / "lambdas" / "edge" / "simulator_gate.js"


class SimulatorGate(Construct):
    """Asks for user and password before CloudFront looks for a file.

    Rules: no password and no hash stands in a template: both live in the store, which is empty at
    first and then lets nobody in. A CloudFront Function, and not Lambda@Edge: it is deployed in
    seconds and does not keep a stack from being deleted for hours.
    """

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        environment = environment_stack(self).environment_name
        users = aws_cloudfront.KeyValueStore(
            self,
            "Users",
            key_value_store_name=f"fleetcharge-{environment}-simulator",
            comment="SHA-256 of user:password, by user",
        )
        self._function = aws_cloudfront.Function(
            self,
            "Function",
            function_name=f"fleetcharge-{environment}-simulator",
            comment="Lets people with a password to the station simulator's site",
            code=aws_cloudfront.FunctionCode.from_file(file_path=str(GATE)),
            runtime=aws_cloudfront.FunctionRuntime.JS_2_0,
            key_value_store=users,
        )
        CfnOutput(environment_stack(self), "SimulatorUsersArn", value=users.key_value_store_arn)

    @property
    def association(self) -> aws_cloudfront.FunctionAssociation:
        """What a behaviour of the distribution asks first."""
        return aws_cloudfront.FunctionAssociation(
            event_type=aws_cloudfront.FunctionEventType.VIEWER_REQUEST, function=self._function
        )
