"""The protocol of a CloudFormation custom resource.

CloudFormation waits for an answer at ``ResponseURL``, an hour by default: whatever happens,
there is one. See "Custom resource request and response reference" of the CloudFormation guide.
"""

import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from aws_lambda_powertools import Logger

_LONGEST_REASON = 1000
"""Characters; the whole answer may be 4 KB."""

Send = Callable[[str, bytes], None]
Remove = Callable[[str, Mapping[str, Any]], None]


class CustomResource:
    """Makes something on Create and Update, keeps it on Delete, and always answers.

    `make` is given the resource's properties and returns its physical id. It must be harmless to
    repeat: CloudFormation and Lambda both deliver again. `physical_id` is the id to name when
    that fails. With `remove`, which is given physical id and properties, it is not kept on Delete;
    what failed to be made is removed, too. An error's text goes into the stack's events, so it
    must hold no secret.
    """

    def __init__(
        self,
        make: Callable[[Mapping[str, Any]], str],
        physical_id: Callable[[Mapping[str, Any]], str],
        logger: Logger,
        send: Send,
        remove: Remove | None = None,
    ) -> None:
        self._make = make
        self._remove = remove
        self._physical_id = physical_id
        self._logger = logger
        self._send = send

    def handle(self, event: Mapping[str, Any]) -> None:
        """Do what the request asks and answer it; raises only when the answer cannot be sent."""
        answer = {
            "Status": "SUCCESS",
            "StackId": event["StackId"],
            "RequestId": event["RequestId"],
            "LogicalResourceId": event["LogicalResourceId"],
        }
        properties = event.get("ResourceProperties", {})
        try:
            if event["RequestType"] == "Delete":
                answer["PhysicalResourceId"] = event["PhysicalResourceId"]
                if self._remove:
                    self._remove(event["PhysicalResourceId"], properties)
            else:
                answer["PhysicalResourceId"] = self._make(properties)
        except Exception as error:  # whatever it is, CloudFormation must hear of it
            self._logger.exception("custom resource failed", resource=event["LogicalResourceId"])
            answer["Status"] = "FAILED"
            answer["Reason"] = f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
            answer["PhysicalResourceId"] = event.get("PhysicalResourceId") or self._physical_id(
                properties
            )
        self._send(event["ResponseURL"], msgspec.json.encode(answer))


def put(url: str, body: bytes) -> None:
    """PUT an answer to the pre-signed URL, whose signature allows for no content type."""
    request = urllib.request.Request(  # noqa: S310 — the URL is CloudFormation's
        url, data=body, method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310 — CloudFormation's URL
        pass
