"""DNSSEC."""

from aws_cdk import aws_kms, aws_route53
from constructs import Construct

from stacks.constructs.fleetcharge_stack import fleetcharge_stack


class ZoneSigning(Construct):
    """Signs a hosted zone, so that whoever asks for a name in it can prove the answer.

    Rules: stands in a stack of us-east-1, where Route 53 looks for the key; ECDSA on P-256, the
    only kind that Route 53 signs with. Nobody relies on the signature before the zone above holds
    the DS record, and nobody may take it away before that record is gone: docs/runbooks/dnssec.md.
    """

    def __init__(self, scope: Construct, name: str, *, zone: aws_route53.IHostedZone) -> None:
        super().__init__(scope, name)
        key = aws_kms.Key(
            self,
            "Key",
            description="Signs the keys of a hosted zone",
            key_spec=aws_kms.KeySpec.ECC_NIST_P256,
            key_usage=aws_kms.KeyUsage.SIGN_VERIFY,
            removal_policy=fleetcharge_stack(self).data_removal,
        )
        signing = aws_route53.KeySigningKey(
            self,
            "KeySigningKey",
            hosted_zone=zone,
            kms_key=key,
            key_signing_key_name="fleetcharge",
        )
        aws_route53.CfnDNSSEC(
            self, "Signed", hosted_zone_id=zone.hosted_zone_id
        ).node.add_dependency(signing)
