"""How a load balancer knows that a request came through our distribution, and its firewall."""

from aws_cdk import RemovalPolicy, aws_elasticloadbalancingv2, aws_kms, aws_secretsmanager
from constructs import Construct

from contracts.routes import ORIGIN_KEY


class OriginKeys(Construct):
    """Keys that the distribution sends in `ORIGIN_KEY`; without one no rule lets a request in.

    Addresses prove nothing: CloudFront speaks from the same ones for all its customers.

    Rules: one key is sent, and the one before it and the next are accepted as well; so whatever is
    deployed first when the number is raised, distribution or services, the other still takes it.
    Keys are made by Secrets Manager, and stand in no template.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        number: int,
        key: aws_kms.IKey,
        removal: RemovalPolicy,
    ) -> None:
        """`number`: which key is sent."""
        super().__init__(scope, name)
        self.secrets = [
            aws_secretsmanager.Secret(
                self,
                str(one),
                description=f"Key {one} of CloudFront at the public load balancer",
                encryption_key=key,
                generate_secret_string=aws_secretsmanager.SecretStringGenerator(
                    exclude_punctuation=True, password_length=64
                ),
                removal_policy=removal,
            )
            for one in (number - 1, number, number + 1)
        ]

    @property
    def sent(self) -> dict[str, str]:
        """The headers that the distribution adds."""
        return {ORIGIN_KEY: _resolved(self.secrets[1])}

    @property
    def asked(self) -> aws_elasticloadbalancingv2.ListenerCondition:
        """What a rule asks of a request that is to have come through the distribution."""
        return aws_elasticloadbalancingv2.ListenerCondition.http_header(
            ORIGIN_KEY, [_resolved(one) for one in self.secrets]
        )


def _resolved(secret: aws_secretsmanager.ISecret) -> str:
    """By CloudFormation, when it deploys what names it."""
    return secret.secret_value.unsafe_unwrap()
