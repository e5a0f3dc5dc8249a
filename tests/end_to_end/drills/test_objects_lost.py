"""Documents are deleted, overwritten, and lost with their bucket."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Playground
from tests.end_to_end.drills.conftest import Figures
from tests.end_to_end.drills.runbook import Runbook

pytestmark = [pytest.mark.end_to_end, pytest.mark.drill]

PAGE, START = "objects-lost.md", "Objects lost, bucket removed"
PREFIX = "drill/2026-10/"
DOCUMENTS = {f"{PREFIX}{number}.pdf": f"document {number}".encode() for number in range(3)}
COPY_REGION = "eu-west-1"


class Documents:
    """The bucket of documents, and the one in the other region that copies are in."""

    def __init__(self, playground: Playground) -> None:
        deployment = playground.deployment
        self.s3: Any = deployment.client("s3")
        self.copies: Any = deployment.client("s3", COPY_REGION)
        self.bucket = deployment.output("billing", "DocumentsBucketName")
        self.copy = self.bucket.replace("-documents-", "-documents-copy-")
        for key, body in DOCUMENTS.items():
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def read(self) -> dict[str, bytes]:
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=PREFIX).get("Contents", [])
        return {one["Key"]: self._body(one["Key"]) for one in listed}

    def replicate(self) -> None:
        """As S3 does where an environment wants it: Playground does not."""
        where = {"LocationConstraint": COPY_REGION}
        self.copies.create_bucket(Bucket=self.copy, CreateBucketConfiguration=where)
        for key, body in self.read().items():
            self.copies.put_object(Bucket=self.copy, Key=key, Body=body)

    def remove(self) -> None:
        """Every version of every object, and then the bucket."""
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket):
            for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                self.s3.delete_object(
                    Bucket=self.bucket, Key=one["Key"], VersionId=one["VersionId"]
                )
        self.s3.delete_bucket(Bucket=self.bucket)

    def _body(self, key: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body


@pytest.fixture
def documents(playground: Playground) -> Documents:
    return Documents(playground)


def test_deleted_and_overwritten_documents_are_back(
    documents: Documents, runbook: Callable[[str], Runbook], figures: Figures, tmp_path: Path
) -> None:
    for key in DOCUMENTS:
        documents.s3.delete_object(Bucket=documents.bucket, Key=key)
    assert documents.read() == {}
    with figures.measure("objects deleted: every one is back"):
        runbook(PAGE).run(
            START, "Deleted objects", ENV="playground", PREFIX=PREFIX, folder=tmp_path
        )
    assert documents.read() == DOCUMENTS

    key = next(iter(DOCUMENTS))
    documents.s3.put_object(Bucket=documents.bucket, Key=key, Body=b"something else")
    with figures.measure("object overwritten: as it was"):
        runbook(PAGE).run(START, "Overwritten objects", ENV="playground", KEY=key, folder=tmp_path)
    assert documents.read() == DOCUMENTS


def test_a_removed_bucket_is_made_again_with_what_was_copied(
    documents: Documents, runbook: Callable[[str], Runbook], figures: Figures, tmp_path: Path
) -> None:
    documents.replicate()
    documents.remove()
    with figures.measure("bucket removed: it is there with every object"):
        runbook(PAGE).run(START, "The bucket was removed", ENV="playground", folder=tmp_path)
    assert documents.read() == DOCUMENTS
    versioning = documents.s3.get_bucket_versioning(Bucket=documents.bucket)
    assert versioning["Status"] == "Enabled"
