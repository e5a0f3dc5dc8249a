"""What outlives a killed control plane.

MiniStack saves its state when it ends well. Here it is saved while it runs, too (`snapshots`);
between two of them a journal (`journal`) has each message of a queue (`messages`) and each item of
a table (`items`) before its sender hears that it was taken. Objects of S3 are files from the first.
"""

from ministack import app

from embedded.control_plane.durability import items, messages
from embedded.control_plane.durability.journal import Journal


def keep(journal: Journal) -> None:
    """Call before the first request, and before MiniStack loads what it saved."""
    theirs = app._load_persisted_state

    def load_persisted_state() -> None:
        theirs()
        messages.restore(journal.changes("queue"))
        items.restore(journal.changes("table"))
        messages.note(journal)
        items.note(journal)

    app._load_persisted_state = load_persisted_state
