"""Trust stores, by template and by API; what a listener is told of them is kept."""

from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from tests.embedded.certificates import ClientAuthority
from tests.embedded.control_plane.conftest import ControlPlane
from tests.embedded.control_plane.stack import Resources, Stack, resources_of

pytestmark = pytest.mark.integration

BUCKET = "authorities"
OURS = ClientAuthority("Ours")


@pytest.fixture(scope="module")
def elb(control_plane: ControlPlane) -> Any:
    s3 = control_plane.client("s3")
    s3.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    two = OURS.certificate + ClientAuthority("Others").certificate
    for key, body in {"one.pem": OURS.certificate, "two.pem": two, "none.pem": "none"}.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=body.encode())
    return control_plane.client("elbv2")


def _resources(bundle: str) -> Resources:
    return resources_of(
        {
            "Store": (
                "ElasticLoadBalancingV2::TrustStore",
                {"CaCertificatesBundleS3Bucket": BUCKET, "CaCertificatesBundleS3Key": bundle},
            ),
            "Balancer": (
                "ElasticLoadBalancingV2::LoadBalancer",
                {"Scheme": "internet-facing", "Subnets": ["subnet-1", "subnet-2"]},
            ),
            "Listener": (
                "ElasticLoadBalancingV2::Listener",
                {
                    "LoadBalancerArn": {"Ref": "Balancer"},
                    "Port": 8443,
                    "Protocol": "HTTPS",
                    "DefaultActions": [
                        {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
                    ],
                    "MutualAuthentication": {
                        "Mode": "verify",
                        "TrustStoreArn": {"Fn::GetAtt": ["Store", "TrustStoreArn"]},
                        "IgnoreClientCertificateExpiry": False,
                    },
                },
            ),
        }
    )


def _text(location: str) -> str:
    with urlopen(location) as answer:  # noqa: S310 — the control plane's own
        text: bytes = answer.read()
    return text.decode()


def test_a_listener_verifies_by_the_bundle_of_its_template(
    control_plane: ControlPlane, elb: Any, tmp_path: Path
) -> None:
    stack = Stack(control_plane, "verifies")
    assert stack.create(_resources("one.pem")) == "CREATE_COMPLETE"
    arn = stack.physical_id("Store")
    found = elb.describe_listeners(ListenerArns=[stack.physical_id("Listener")])["Listeners"]
    assert found[0]["MutualAuthentication"] == {
        "Mode": "verify",
        "TrustStoreArn": arn,
        "IgnoreClientCertificateExpiry": False,
    }
    bundle = elb.get_trust_store_ca_certificates_bundle(TrustStoreArn=arn)
    assert _text(bundle["Location"]) == OURS.certificate
    with pytest.raises(elb.exceptions.TrustStoreInUseException):
        elb.delete_trust_store(TrustStoreArn=arn)

    assert stack.update(_resources("two.pem")) == "UPDATE_COMPLETE"
    assert stack.physical_id("Store") == arn
    (store,) = elb.describe_trust_stores(TrustStoreArns=[arn])["TrustStores"]
    assert (store["NumberOfCaCertificates"], store["TotalRevokedEntries"]) == (2, 0)
    assert stack.update(_resources("none.pem")) == "UPDATE_ROLLBACK_COMPLETE"

    _, serial = OURS.issue("station-1", tmp_path)
    _revokes(control_plane, elb, arn, serial)
    stack.delete()
    assert elb.describe_trust_stores()["TrustStores"] == []


def _revokes(control_plane: ControlPlane, elb: Any, arn: str, serial: int) -> None:
    lists = {"ours.crl": OURS.revoked(serial), "strange.crl": ClientAuthority("X").revoked(serial)}
    for key, body in lists.items():
        control_plane.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body.encode())

    def add(key: str) -> Any:
        given = [{"S3Bucket": BUCKET, "S3Key": key, "RevocationType": "CRL"}]
        return elb.add_trust_store_revocations(TrustStoreArn=arn, RevocationContents=given)

    for key, error in (
        ("strange.crl", "InvalidRevocationContent"),
        ("one.pem", "InvalidRevocationContent"),
        ("missing.crl", "RevocationContentNotFound"),
    ):
        with pytest.raises(ClientError, match=error):
            add(key)
    (added,) = add("ours.crl")["TrustStoreRevocations"]
    assert added["NumberOfRevokedEntries"] == 1
    content = elb.get_trust_store_revocation_content(
        TrustStoreArn=arn, RevocationId=added["RevocationId"]
    )
    assert _text(content["Location"]) == lists["ours.crl"]
    assert elb.describe_trust_stores()["TrustStores"][0]["TotalRevokedEntries"] == 1
    number = added["RevocationId"]
    elb.remove_trust_store_revocations(TrustStoreArn=arn, RevocationIds=[number])
    assert elb.describe_trust_store_revocations(TrustStoreArn=arn)["TrustStoreRevocations"] == []
    with pytest.raises(ClientError, match="RevocationIdNotFound"):
        elb.remove_trust_store_revocations(TrustStoreArn=arn, RevocationIds=[number])


def test_a_listener_verifies_when_the_api_is_told(elb: Any) -> None:
    (made,) = elb.create_trust_store(
        Name="made", CaCertificatesBundleS3Bucket=BUCKET, CaCertificatesBundleS3Key="one.pem"
    )["TrustStores"]
    (balancer,) = elb.create_load_balancer(Name="verifying", Subnets=["subnet-1", "subnet-2"])[
        "LoadBalancers"
    ]
    wanted = {"Mode": "verify", "TrustStoreArn": made["TrustStoreArn"]}

    def listener(**options: Any) -> Any:
        (there,) = elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Port=8443,
            Protocol="HTTPS",
            DefaultActions=[
                {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
            ],
            **options,
        )["Listeners"]
        return there

    with pytest.raises(elb.exceptions.TrustStoreNotFoundException):
        listener(MutualAuthentication={"Mode": "verify", "TrustStoreArn": "arn:none"})
    there = listener(MutualAuthentication=wanted)
    assert there["MutualAuthentication"] == wanted
    (changed,) = elb.modify_listener(
        ListenerArn=there["ListenerArn"], MutualAuthentication={"Mode": "off"}
    )["Listeners"]
    assert changed["MutualAuthentication"]["Mode"] == "off"
    elb.delete_trust_store(TrustStoreArn=made["TrustStoreArn"])
    elb.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
