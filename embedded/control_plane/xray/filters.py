"""Filter expressions, as far as they are known here; any other is refused, never passed over.

AWS X-Ray Developer Guide, "Use filter expressions".
"""

import re
from collections.abc import Callable

from embedded.control_plane.xray.segments import Trace

Matches = Callable[[Trace], bool]

_ANNOTATION = re.compile(r'annotation(?:\.(\w+)|\[(\w+)\]) (=|!=) (?:"([^"]*)"|(-?\d+))')
_SERVICE = re.compile(r'service\("([^"]+)"\)')
_FLAGS = ("error", "fault", "throttle")


class UnknownExpressionError(ValueError):
    """Names it."""


def matching(expression: str) -> Matches:
    """Annotations, services and flags, joined by ``AND``; raises `UnknownExpressionError`."""
    terms = [_term(text.strip()) for text in re.split(r"\bAND\b", expression)]
    return lambda trace: all(term(trace) for term in terms)


def _term(text: str) -> Matches:
    if text in _FLAGS:
        return lambda trace: trace.has(text)
    if service := _SERVICE.fullmatch(text):
        return lambda trace: service[1] in trace.services
    if annotation := _ANNOTATION.fullmatch(text):
        dotted, bracketed, operator, words, number = annotation.groups()
        wanted = (dotted or bracketed, words if number is None else int(number))
        return lambda trace: (wanted in trace.annotations()) == (operator == "=")
    raise UnknownExpressionError(f"Invalid filter expression: {text}")
