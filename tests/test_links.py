"""The pages lead where they say."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.end_to_end.conftest import ROOT

_CODE = re.compile(r"```.*?```", re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_MARKUP = re.compile(r"`|\*|\[|\]\([^)]*\)")


def pages() -> Iterator[Path]:
    yield from (ROOT / "docs").rglob("*.md")
    yield from ROOT.glob("*.md")


def anchors(page: Path) -> set[str]:
    headings = (_MARKUP.sub("", heading).lower() for heading in _HEADING.findall(page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


def leads_nowhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        return True
    return bool(anchor) and target.suffix == ".md" and anchor not in anchors(target)


def test_links_lead_somewhere() -> None:
    links = [
        (str(page.relative_to(ROOT)), link)
        for page in pages()
        for link in _LINK.findall(_CODE.sub("", page.read_text()))
        if "://" not in link
    ]
    assert len(links) > 100
    assert [(page, link) for page, link in links if leads_nowhere(ROOT / page, link)] == []


def test_a_link_to_nothing_is_found() -> None:
    page = ROOT / "docs" / "architecture.md"
    assert leads_nowhere(page, "nothing.md")
    assert leads_nowhere(page, "charging.md#nothing")
    assert not leads_nowhere(page, "charging.md#events")
