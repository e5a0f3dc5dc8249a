"""The company's domain, and the copies of every environment's backups."""

import pytest

from stacks.environments import Environment, Fleet
from tests.stacks.assembly import Assembly, Stack


def test_the_company_s_zone_outlives_its_stack(organization: Assembly, fleet: Fleet) -> None:
    ((_, zone),) = organization["dns"].of_type("AWS::Route53::HostedZone").items()
    assert zone["Properties"]["Name"] == f"{fleet.organization.domain}."
    assert zone["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.parametrize("stack", ["vault", "vault-copy"])
def test_a_vault_is_locked_encrypted_and_open_to_members_for_copies_only(
    organization: Assembly, fleet: Fleet, stack: str
) -> None:
    vault = organization[stack].only("AWS::Backup::BackupVault")
    assert vault["BackupVaultName"] == "fleetcharge"
    assert vault["LockConfiguration"] == {
        "ChangeableForDays": 7,
        "MaxRetentionDays": 400,
        "MinRetentionDays": 7,
    }
    assert vault["EncryptionKeyArn"]["Fn::GetAtt"][0].startswith("Key")
    (statement,) = vault["AccessPolicy"]["Statement"]
    assert statement["Action"] == "backup:CopyIntoBackupVault"
    ours = {"StringEquals": {"aws:PrincipalOrgID": fleet.organization.id}}
    assert statement["Condition"] == ours


@pytest.mark.parametrize("stack", ["vault", "vault-copy"])
def test_an_environment_opens_the_copy_that_it_gets_back(
    organization: Assembly, fleet: Fleet, stack: str
) -> None:
    statements = organization[stack].only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    _, use, grants = statements
    environments = {f"arn:aws:iam::{one.account}:root" for one in fleet.named().values()}
    assert set(use["Principal"]["AWS"]) == set(grants["Principal"]["AWS"]) == environments
    assert {"kms:Decrypt", "kms:DescribeKey", "kms:ReEncryptFrom"} <= set(use["Action"])
    assert grants["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_copies_stand_in_the_other_region_too(organization: Assembly, fleet: Fleet) -> None:
    manifest = (organization.folder / "assembly-organization/manifest.json").read_text()
    for region in ("eu-central-1", fleet.organization.backup_region):
        assert f"aws://{fleet.accounts.backup}/{region}" in manifest


def test_the_company_s_zone_is_signed(organization: Assembly, fleet: Fleet) -> None:
    signing = organization["dns-signing"]
    assert "dns" in signing.needs
    assert_signed(signing, "organization-dns")
    manifest = (organization.folder / "assembly-organization/manifest.json").read_text()
    assert f"aws://{fleet.accounts.networking}/us-east-1" in manifest


def test_each_protected_environment_signs_its_zone(
    assembly: Assembly, environment: Environment
) -> None:
    if not environment.protected:
        assert not assembly["edge"].of_type("AWS::Route53::DNSSEC")
        return
    assert environment.domain
    assert_signed(assembly["edge"], assembly["zone"].name)


def assert_signed(stack: Stack, zone: str) -> None:
    """Route 53 takes only this kind of key, and only from us-east-1."""
    key = stack.only("AWS::KMS::Key")
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    signing = stack.only("AWS::Route53::KeySigningKey")
    assert signing["Status"] == "ACTIVE"
    assert zone in str(signing["HostedZoneId"])
    for statement in key["KeyPolicy"]["Statement"][1:]:
        assert statement["Principal"] == {"Service": "dnssec-route53.amazonaws.com"}
        assert statement["Condition"]
    (signed,) = stack.of_type("AWS::Route53::DNSSEC").values()
    (waits_for,) = signed["DependsOn"]
    assert waits_for in stack.of_type("AWS::Route53::KeySigningKey")


def test_a_signature_is_relied_on_when_its_ds_record_is_known(fleet: Fleet) -> None:
    from aws_cdk import App
    from aws_cdk.assertions import Template as Synthesised

    from stacks.organization.dns import DnsStack

    ds_record = f"12345 13 2 {'0123456789ABCDEF' * 4}"
    live = fleet.environments.live
    assert live.domain
    domain = live.domain.model_copy(update={"ds_record": ds_record})
    environments = fleet.environments.model_copy(
        update={"live": live.model_copy(update={"domain": domain})}
    )
    signed = fleet.model_copy(update={"environments": environments})
    template = Synthesised.from_stack(DnsStack(App(), "dns", fleet=signed))
    template.resource_properties_count_is("AWS::Route53::RecordSet", {"Type": "DS"}, 1)
    template.has_resource_properties(
        "AWS::Route53::RecordSet",
        {"Type": "DS", "Name": f"{domain.name}.", "ResourceRecords": [ds_record]},
    )
