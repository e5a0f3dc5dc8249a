"""The character NUL, which JSON can say and PostgreSQL cannot keep.

It keeps the JSON that says it, and fails whoever looks into that later, at any field.
"""

import re

_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""As it is escaped; a backslash that is escaped itself begins nothing."""


def says_nul(payload: bytes) -> bool:
    """Whether a text in this JSON holds it."""
    return b"\\u0000" in payload and _NUL.search(payload) is not None


def without_nul(payload: bytes) -> bytes:
    """The same JSON with U+FFFD in its place."""
    return _NUL.sub(rb"\1\\ufffd", payload) if b"\\u0000" in payload else payload
