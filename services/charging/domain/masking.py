"""Secrets in what is said to stations and by them, which no log is to hold.

They are the password of a station's basic authentication (``AuthorizationKey`` of OCPP 1.6,
``BasicAuthPassword`` of 2.0.1), those of a network profile, and users of upload addresses.
"""

import json
import re
from typing import Any

MASK = "***"

_STATION_KEYS = {"authorizationkey", "basicauthpassword"}
_SECRETS = ("password", "passwd", "passphrase", "psk", "secret", "vpnkey")
"""Names of configuration keys and variables, and how those end that vendors make up."""
_FIELDS = {"basicauthpassword", "apnpassword", "password"}
_VALUES = {"value", "attributevalue"}
_SUSPICIOUS = ("authorizationkey", "passw", "passphrase", "psk", "secret", "vpnkey", "\\u00", "\\/")
"""Looked for in each frame, which a regular expression would take ten times as long to do."""
_USER_OF_ADDRESS = re.compile(r"://[^/@\s\"]+@")


def is_secret_setting(name: str) -> bool:
    """Whether the value of a configuration key or variable of this name is a secret."""
    return is_station_key(name) or name.strip().lower().endswith(_SECRETS)


def is_station_key(name: str) -> bool:
    """Whether it is what the station shows when it connects."""
    return name.strip().lower() in _STATION_KEYS


def masked(text: str) -> str:
    """A frame without its secrets; one that cannot be read, and may hold some, is left out."""
    folded = text.casefold()
    if any(suspicious in folded for suspicious in _SUSPICIOUS):
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return MASK
        clean = _clean(document, secret=False)
        if clean != document:
            text = json.dumps(clean, separators=(",", ":"))
    return _USER_OF_ADDRESS.sub(f"://{MASK}@", text) if "://" in text else text


def _clean(node: Any, *, secret: bool) -> Any:
    if isinstance(node, list):
        return [_clean(each, secret=secret) for each in node]
    if not isinstance(node, dict):
        return node
    secret = secret or _names_secret(node)
    return {
        name: MASK
        if _is_secret(name, value, secret) or _is_shared(name, node)
        else _clean(value, secret=secret)
        for name, value in node.items()
    }


def _names_secret(node: dict[str, Any]) -> bool:
    variable = node.get("variable")
    names = [node.get("key"), variable.get("name") if isinstance(variable, dict) else None]
    return any(isinstance(name, str) and is_secret_setting(name) for name in names)


def _is_secret(name: str, value: object, in_secret: bool) -> bool:
    if isinstance(value, dict | list):
        return False
    return name.lower() in _FIELDS or (in_secret and name.lower() in _VALUES)


def _is_shared(name: str, node: dict[str, Any]) -> bool:
    """Whether it is the key that a virtual private network's members share, and no setting's."""
    return name.lower() == "key" and "server" in node
