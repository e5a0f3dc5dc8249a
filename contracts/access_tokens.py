"""Cognito access tokens: what a program believes of the caller of its API.

Follows "Verifying JSON web tokens" of the Amazon Cognito developer guide: signature by the user
pool's keys (RS256), expiry, issuer, ``token_use`` and ``client_id``. People have groups and
machines have scopes: neither counts for the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import jwt

from contracts.partners import PartnerScope, scopes_of
from contracts.personas import OWN_COMPANY, Persona, SeveralCompaniesError, company_of


class AccessDeniedError(Exception):
    """The token is not valid, or its bearer may not do this; says why in words for the caller."""


@dataclass(frozen=True)
class Caller:
    """A verified caller."""

    subject: str
    """``sub``: stable id of the person in the user pool; of a machine, that of its app client."""
    personas: frozenset[Persona]
    company: str = OWN_COMPANY
    """Whose data the caller may see: never another company's."""
    scopes: frozenset[PartnerScope] | None = None
    """What a machine may do; None: a person."""

    def must_be(self, *allowed: Persona) -> None:
        """Raise `AccessDeniedError` unless the caller is one of these, or an administrator."""
        if not self.personas & {*allowed, Persona.ADMINISTRATOR}:
            raise AccessDeniedError(f"this needs one of: {', '.join(sorted(allowed))}")


class AccessTokens:
    """Verifies the access tokens of one user pool, for some of its app clients."""

    def __init__(
        self,
        *,
        user_pool_endpoint: str,
        user_pool_id: str,
        client_ids: Iterable[str],
        machines: Mapping[str, str] | None = None,
    ) -> None:
        """`user_pool_endpoint` is the Cognito endpoint that the AWS SDK is configured for.

        `client_ids` are those at which people sign in; `machines` are companies by the ids of
        their partners' app clients.
        """
        self._keys = jwt.PyJWKClient(
            f"{user_pool_endpoint}/{user_pool_id}/.well-known/jwks.json", cache_keys=True
        )
        self._user_pool_id = user_pool_id
        self._client_ids = frozenset(client_ids)
        self._machines = dict(machines or {})

    def verify(self, authorization: str | None) -> Caller:
        """The caller behind an ``Authorization`` header; blocks while keys are fetched.

        Raises `AccessDeniedError`.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AccessDeniedError("an access token is needed: Authorization: Bearer …")
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            claims = jwt.decode(
                token,
                key.key,
                algorithms=["RS256"],
                options={"require": ["exp", "iss", "sub", "token_use"], "verify_aud": False},
            )
        except jwt.PyJWTError as error:
            raise AccessDeniedError(f"the access token is not valid: {error}") from error
        # The issuer's host differs between AWS and an endpoint of one's own; the pool does not.
        if claims["iss"].rsplit("/", 1)[-1] != self._user_pool_id:
            raise AccessDeniedError("the access token is of another user pool")
        is_access_token = claims["token_use"] == "access"  # noqa: S105 — a kind, no password
        client_id = claims.get("client_id")
        if is_access_token and client_id in self._machines:
            scopes = scopes_of(claims.get("scope", ""))
            return Caller(claims["sub"], frozenset(), self._machines[client_id], scopes)
        if not is_access_token or client_id not in self._client_ids:
            raise AccessDeniedError("an access token of this application is needed")
        groups = set(claims.get("cognito:groups", []))
        personas = frozenset(map(Persona, groups & set(Persona)))
        try:
            return Caller(claims["sub"], personas, company_of(groups))
        except SeveralCompaniesError as error:
            raise AccessDeniedError(str(error)) from error
