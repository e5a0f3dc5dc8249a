"""A backup vault tells the lock and the access policy of its template.

MiniStack's has neither, nor operations for them: a vault that nothing may be deleted from looks
like any other. The lock deletes and refuses nothing here; a recovery point is only a record.
"""

import json
import time
from typing import Any

from ministack.services import backup
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
_DAY_SECONDS = 86_400
_POLICY = "_access_policy"


def mend() -> None:
    """In what the vault's description and its policy's operation answer."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::Backup::BackupVault"]
    create, update = handler["create"], handler["update"]

    def created(logical_id: str, properties: Properties, stack_name: str) -> Any:
        name, attributes = create(logical_id, properties, stack_name)
        _protect(backup._vaults[name], properties)
        return name, attributes

    def updated(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Any:
        name, attributes = update(physical_id, old, new, *rest)
        _protect(backup._vaults[name], new)
        return name, attributes

    handler["create"], handler["update"] = created, updated
    _answer_with_the_policy()


def _protect(vault: Properties, properties: Properties) -> None:
    """``DescribeBackupVault`` names the lock's days as the property does, and when it is final."""
    lock = dict(properties.get("LockConfiguration") or {})
    days = lock.pop("ChangeableForDays", None)
    for name in ("MinRetentionDays", "MaxRetentionDays", "LockDate"):
        vault.pop(name, None)
    vault |= {"Locked": bool(lock), **{name: int(value) for name, value in lock.items()}}
    if days is not None:
        vault["LockDate"] = time.time() + int(days) * _DAY_SECONDS
    vault[_POLICY] = properties.get("AccessPolicy")


def _answer_with_the_policy() -> None:
    theirs = backup._get_vault_access_policy

    def get(name: str) -> Any:
        vault = backup._vaults.get(name, {})
        policy = vault.get(_POLICY)
        if not policy:
            return theirs(name)
        return backup._ok(
            {
                "BackupVaultName": name,
                "BackupVaultArn": vault["BackupVaultArn"],
                "Policy": policy if isinstance(policy, str) else json.dumps(policy),
            }
        )

    backup._get_vault_access_policy = get
