"""Flowcharts in Mermaid: the same for the same boxes and arrows."""

import re
import textwrap
from collections.abc import Iterable, Iterator

WIDTH = 25
"""Letters of a line in a box."""


def node(name: str, *below: str) -> str:
    """A box with its name and, under it, a line for each further text."""
    if not any(below):
        return f'{id_of(name)}["{name}"]'
    text = "<br/>".join([f"<b>{name}</b>", *filter(None, below)])
    return f'{id_of(name)}["{text}"]'


def id_of(name: str) -> str:
    """Of the box with that name."""
    return "n_" + re.sub(r"\W", "_", name)


def flowchart(direction: str, lines: Iterable[str]) -> str:
    """The block of a page; `direction` is ``LR`` or ``TB``."""
    body = "".join(f"  {line}\n" for line in lines)
    return f"```mermaid\nflowchart {direction}\n{body}```\n"


def group(name: str, nodes: Iterable[str]) -> Iterator[str]:
    """Lines of a box around boxes."""
    yield f'subgraph {id_of(name)}["{name}"]'
    yield from (f"  {one}" for one in nodes)
    yield "end"


def wrapped(names: Iterable[str]) -> list[str]:
    """Names with commas between, in lines of a box."""
    return textwrap.wrap(", ".join(names), WIDTH, break_on_hyphens=False)
