"""Users and groups of a Cognito user pool as JSON lines.

Groups come first, each user after, so that a restore reads the file once. Passwords and second
factors are no part of it: Cognito gives them to nobody.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import GroupTypeTypeDef, UserTypeTypeDef


class Group(msgspec.Struct, frozen=True, tag="group", tag_field="kind", omit_defaults=True):
    """One line."""

    name: str
    description: str | None = None
    precedence: int | None = None
    role_arn: str | None = None


class User(msgspec.Struct, frozen=True, tag="user", tag_field="kind"):
    """One line. `attributes` hold ``sub``, which a restored user does not get again."""

    username: str
    enabled: bool
    status: str
    created: datetime
    attributes: dict[str, str]
    groups: list[str]


@dataclass(frozen=True)
class Counts:
    """How much was written."""

    groups: int
    users: int


def write(pool: "CognitoIdentityProviderClient", user_pool_id: str, file: IO[bytes]) -> Counts:
    """Write every group and every user; raises what Cognito answers, with the file incomplete."""
    encode = msgspec.json.encode
    groups = users = 0
    of_user: dict[str, list[str]] = defaultdict(list)
    for groups_page in pool.get_paginator("list_groups").paginate(UserPoolId=user_pool_id):
        for group in groups_page["Groups"]:
            line = _group(group)
            file.write(encode(line) + b"\n")
            groups += 1
            members = pool.get_paginator("list_users_in_group")
            for members_page in members.paginate(UserPoolId=user_pool_id, GroupName=line.name):
                for member in members_page["Users"]:
                    of_user[member["Username"]].append(line.name)
    for users_page in pool.get_paginator("list_users").paginate(UserPoolId=user_pool_id):
        for user in users_page["Users"]:
            file.write(encode(_user(user, sorted(of_user[user["Username"]]))) + b"\n")
            users += 1
    return Counts(groups, users)


def _group(group: "GroupTypeTypeDef") -> Group:
    return Group(
        name=group["GroupName"],
        description=group.get("Description") or None,
        precedence=group.get("Precedence"),
        role_arn=group.get("RoleArn"),
    )


def _user(user: "UserTypeTypeDef", groups: list[str]) -> User:
    return User(
        username=user["Username"],
        enabled=user["Enabled"],
        status=user["UserStatus"],
        created=user["UserCreateDate"],
        attributes={a["Name"]: a.get("Value", "") for a in user.get("Attributes", ())},
        groups=groups,
    )
