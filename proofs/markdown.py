"""Tables of the generated pages."""

from collections.abc import Iterable

Row = tuple[str, ...]
HEAD = "<!-- Made by `python -m proofs registers`: do not edit. -->\n"


def table(head: Row, rows: Iterable[Row]) -> str:
    """A table with its heading."""
    lines = [head, ("---",) * len(head), *rows]
    escaped = ((cell.replace("|", "\\|") for cell in line) for line in lines)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in escaped)
