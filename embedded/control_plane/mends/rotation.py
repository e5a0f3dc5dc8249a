"""A secret is rotated by its function, in Secrets Manager's four steps.

MiniStack's ``RotateSecret`` calls nobody: it brings a copy of the old value into force and says
that it rotated. And its CloudFormation has no ``AWS::SecretsManager::RotationSchedule``. Here a
rotation runs when it is asked for; none comes by its schedule.
"""

import json
import logging
import threading
import time
from typing import Any
from uuid import uuid4

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

from embedded.control_plane.api_resources import ApiClients

Properties = dict[str, Any]
Secret = dict[str, Any]
ROTATION_SCHEDULE = "AWS::SecretsManager::RotationSchedule"
_STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
_CURRENT, _PENDING = "AWSCURRENT", "AWSPENDING"
_log = logging.getLogger("secretsmanager")


def mend(clients: ApiClients) -> None:
    """Call before types without handlers are made recorded ones."""
    rotations = _Rotations(clients)
    rotate, read, describe = (
        secretsmanager._rotate_secret,
        secretsmanager._get_secret_value,
        secretsmanager._describe_secret,
    )

    def rotate_secret(request: Properties) -> Any:
        _, secret = secretsmanager._resolve(request.get("SecretId"))
        if not secret or secret.get("DeletedDate") or secretsmanager._is_replica(secret):
            return rotate(request)  # refused, in its words
        function = request.get("RotationLambdaARN") or secret.get("RotationLambdaARN")
        if not function:
            return _error(
                "InvalidRequestException", "No Lambda rotation function ARN is associated"
            )
        _set(secret, function, request.get("RotationRules") or secret.get("RotationRules"))
        version = None
        if request.get("RotateImmediately", True):
            version = rotations.start(secret, request.get("ClientRequestToken"))
        return json_response({"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": version})

    def get_secret_value(request: Properties) -> Any:
        """A version that waits for its value has none to give."""
        response = read(request)
        answer = json.loads(response[2])
        if "VersionId" in answer and not {"SecretString", "SecretBinary"} & answer.keys():
            message = "Secrets Manager can't find the specified secret value."
            return _error("ResourceNotFoundException", message)
        return response

    def describe_secret(request: Properties) -> Any:
        response = describe(request)
        _, secret = secretsmanager._resolve(request.get("SecretId"))
        if not secret or "LastRotatedDate" not in secret:
            return response
        rotated = {"LastRotatedDate": secret["LastRotatedDate"]}
        return json_response(json.loads(response[2]) | rotated)

    secretsmanager._rotate_secret = rotate_secret
    secretsmanager._get_secret_value = get_secret_value
    secretsmanager._describe_secret = describe_secret
    provisioners._RESOURCE_HANDLERS[ROTATION_SCHEDULE] = rotations.handlers()


class _Rotations:
    """The rotations under way, and the type that asks for them."""

    def __init__(self, clients: ApiClients) -> None:
        self._clients = clients

    def start(self, secret: Secret, token: str | None) -> str:
        """The version that is being made; the one before, when its rotation did not end."""
        version = _unfinished(secret) or token or str(uuid4())
        if version not in secret["Versions"]:
            secret["Versions"][version] = {
                "SecretString": None,
                "SecretBinary": None,
                "CreatedDate": int(time.time()),
                "Stages": [_PENDING],
            }
        api = self._clients.client("lambda", get_account_id(), get_region())
        threading.Thread(target=_rotate, args=(api, secret, version), daemon=True).start()
        return version

    def handlers(self) -> Properties:
        return {
            "create": self._create,
            "update": self._update,
            "update_with_logical_id": True,
            "delete": _forget,
        }

    def _create(self, _: str, properties: Properties, __: str) -> tuple[str, Properties]:
        _, secret = secretsmanager._resolve(properties["SecretId"])
        if secret is None:
            raise LookupError(f"SecretId: there is no secret {properties['SecretId']}")
        function = properties.get("RotationLambdaARN") or secret.get("RotationLambdaARN")
        if not function:
            raise ValueError("RotationLambdaARN: no other kind of rotation is carried out here")
        _set(secret, function, properties.get("RotationRules"))
        if str(properties.get("RotateImmediatelyOnUpdate", True)).lower() == "true":
            self.start(secret, None)
        return secret["ARN"], {"Id": secret["ARN"]}

    def _update(
        self, _: str, __: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> tuple[str, Properties]:
        """Of another secret it is another's: the engine deletes the one before."""
        return self._create(logical_id, new, stack_name)


def _set(secret: Secret, function: str, rules: Properties | None) -> None:
    secret |= {
        "RotationEnabled": True,
        "RotationLambdaARN": function,
        "RotationRules": dict(rules) if rules else None,
    }


def _forget(physical_id: str, _: Properties) -> None:
    _, secret = secretsmanager._resolve(physical_id)
    if secret is not None:
        secret |= {"RotationEnabled": False, "RotationLambdaARN": None, "RotationRules": None}


def _unfinished(secret: Secret) -> str | None:
    for version, held in secret["Versions"].items():
        if _PENDING in held["Stages"] and _CURRENT not in held["Stages"]:
            return str(version)
    return None


def _rotate(api: Any, secret: Secret, version: str) -> None:
    """Each step may be called again: a rotation that is asked for twice runs twice at once."""
    for step in _STEPS:
        event = {"Step": step, "SecretId": secret["ARN"], "ClientRequestToken": version}
        answer = api.invoke(
            FunctionName=secret["RotationLambdaARN"], Payload=json.dumps(event).encode()
        )
        if answer.get("FunctionError"):
            why = answer["Payload"].read().decode(errors="replace")
            _log.error("%s of %s failed, its rotation stays pending: %s", step, secret["ARN"], why)
            return
    secret["LastRotatedDate"] = int(time.time())


def _error(code: str, message: str) -> Any:
    return error_response_json(code, message, 400)
