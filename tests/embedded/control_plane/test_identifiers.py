import re
from typing import Any

import pytest

from embedded.control_plane.identifiers import identifier
from embedded.control_plane.schemas import ResourceSchemas, definition

HERE = {"account": "111122223333", "region": "eu-central-1"}


def _of(resource_type: str, attribute: str, candidate: str) -> str:
    schema = definition(ResourceSchemas("eu-central-1").schema(resource_type), attribute)
    return identifier(schema, candidate, **HERE)


@pytest.mark.parametrize(
    ("resource_type", "attribute", "form"),
    [
        ("AWS::Organizations::OrganizationalUnit", "Id", r"ou-[0-9a-z]{12}-[0-9a-z]{12}"),
        ("AWS::Organizations::Account", "AccountId", r"\d{12}"),
        ("AWS::SSO::PermissionSet", "PermissionSetArn", r"arn:aws:sso:::permissionSet/.*"),
        ("AWS::IdentityStore::Group", "GroupId", r"[0-9a-f-]{36,47}"),
        (
            "AWS::SecurityHub::ConfigurationPolicy",
            "Arn",
            r"arn:aws:securityhub:eu-central-1:111122223333:configuration-policy/[0-9a-f-]{36}",
        ),
    ],
)
def test_an_identifier_has_the_form_of_its_type(
    resource_type: str, attribute: str, form: str
) -> None:
    made = _of(resource_type, attribute, "shop-Thing")
    assert re.fullmatch(form, made)
    assert _of(resource_type, attribute, "shop-Thing") == made, "the same for the same resource"
    assert _of(resource_type, attribute, "shop-Other") != made


@pytest.mark.parametrize(
    "schema",
    [{}, {"pattern": "^[a-z-]+$"}, {"pattern": r"^[\p{Print}&&[^|]]+$"}, {"pattern": "(?=x)shop"}],
)
def test_a_candidate_stays_where_it_is_allowed_or_nothing_better_is_found(
    schema: dict[str, Any],
) -> None:
    assert identifier(schema, "shop-thing", **HERE) == "shop-thing"


def test_a_length_is_kept() -> None:
    assert len(identifier({"maxLength": 8}, "much-too-long", **HERE)) <= 8
    assert len(identifier({"pattern": "^[A-Z]*$", "minLength": 5}, "a", **HERE)) >= 5
