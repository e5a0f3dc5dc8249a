"""Keys of backups that are copied between accounts."""

from aws_cdk import aws_iam, aws_kms


def let_copy_backups(key: aws_kms.Key, *accounts: str) -> None:
    """Let accounts open what is encrypted under the key, to encrypt it again under their own.

    A snapshot of Aurora stays under its cluster's key until it is copied: the account that gets
    the copy reads with the key of the one that gives it (AWS Backup, "Cross-account backup").
    """
    principals = [aws_iam.AccountPrincipal(account) for account in accounts]
    key.add_to_resource_policy(
        aws_iam.PolicyStatement(
            principals=principals,
            actions=[
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            resources=["*"],
        )
    )
    key.add_to_resource_policy(
        aws_iam.PolicyStatement(
            principals=principals,
            actions=["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            resources=["*"],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        )
    )
