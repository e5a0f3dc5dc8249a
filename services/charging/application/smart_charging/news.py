"""A ledger whose sites are planned anew when a session begins or ends."""

from collections.abc import Callable

from services.charging.application.ports import Decide, Ledger, Posting, Said


class PlannedLedger:
    """Keeps as the ledger behind it does, and tells which site has changed."""

    def __init__(self, ledger: Ledger, changed: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._changed = changed

    async def post(self, said: Said, decide: Decide) -> Posting:
        """Return when it is kept."""
        posting = await self._ledger.post(said, decide)
        entry = posting.entry
        if entry.session is not None and (entry.begun_by or entry.is_placed or entry.ends):
            self._changed(entry.session.site_id)
        return posting
