"""Resource control policies: who may reach what is ours, whatever its own policy allows.

They bind resources in member accounts, whoever asks: the other half of service control policies.
"""

from stacks.organization.service_control import Document

GUARDED = ("kms:*", "s3:*", "secretsmanager:*", "sqs:*", "sts:AssumeRole")
"""What holds data, and the way into a role."""

LOG_DELIVERY = {
    "load balancers of eu-central-1": "054676820928",
    "CloudFront's access logs": "162777425019",
}
"""Accounts of AWS that deliver logs in their own name, not as a service."""


def perimeter(organization: str) -> Document:
    """Only principals of the organisation, or AWS services that act for it, and never in clear."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyOurPrincipals",
                "Effect": "Deny",
                "Principal": "*",
                "Action": list(GUARDED),
                "Resource": "*",
                # A key that is missing, as in an anonymous request, counts as different.
                "Condition": {
                    "StringNotEqualsIfExists": {
                        "aws:PrincipalOrgID": organization,
                        "aws:PrincipalAccount": list(LOG_DELIVERY.values()),
                    },
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            },
            {
                "Sid": "ServicesOnlyForUs",
                "Effect": "Deny",
                "Principal": "*",
                "Action": list(GUARDED),
                "Resource": "*",
                # Services name the account that they act for; those that act for none pass.
                "Condition": {
                    "StringNotEqualsIfExists": {"aws:SourceOrgID": organization},
                    "Null": {"aws:SourceAccount": "false"},
                    "Bool": {"aws:PrincipalIsAWSService": "true"},
                },
            },
            {
                "Sid": "NeverInClear",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["s3:*", "secretsmanager:*", "sqs:*"],
                "Resource": "*",
                "Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}},
            },
        ],
    }
