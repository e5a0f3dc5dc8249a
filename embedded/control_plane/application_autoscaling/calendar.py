"""Scheduled actions, carried out at their time by this machine's clock.

What came due while the control plane was down stays undone.
"""

import re
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ministack.services import eventbridge

from embedded.control_plane.application_autoscaling import capacity, state

_PAUSE_SECONDS = 5.0
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


def is_schedule(text: str) -> bool:
    """Whether it is a ``cron``, an ``at`` or a ``rate`` (API reference, ``PutScheduledAction``)."""
    return bool(_AT.fullmatch(text) or _RATE.fullmatch(text)) or (
        eventbridge._parse_cron_fields(text) is not None
    )


def is_zone(name: str) -> bool:
    """Whether the clocks of the place are known."""
    try:
        ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError):
        return False
    return True


def is_due(schedule: str, zone: str, *, since: datetime, until: datetime, made: datetime) -> bool:
    """Whether a time of the schedule is after `since` and not after `until`.

    Times of the day are those of `zone`; a rate counts from when the action was `made`.
    """
    if once := _AT.fullmatch(schedule):
        moment = datetime.fromisoformat(once[1]).replace(tzinfo=ZoneInfo(zone))
        return since < moment <= until
    if rate := _RATE.fullmatch(schedule):
        step = timedelta(**{f"{rate[2]}s": int(rate[1])})
        return (until - made) // step > max(since - made, timedelta()) // step
    fields = eventbridge._parse_cron_fields(schedule)
    # By the clock on the wall: it walks from minute to minute of it.
    wall = since.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    following = eventbridge._cron_next_fire(fields, wall - timedelta(minutes=1))
    while following is not None:
        moment = following.replace(tzinfo=ZoneInfo(zone))
        if moment > since:
            return bool(moment <= until)
        following = eventbridge._cron_next_fire(fields, following)
    return False


def start() -> None:
    """Looks at all actions again and again, for as long as the process lives."""
    threading.Thread(target=_keep, name="scheduled-actions", daemon=True).start()


def _keep() -> None:
    since = datetime.now(UTC)
    while True:
        time.sleep(_PAUSE_SECONDS)
        until = datetime.now(UTC)
        carry_out(since, until)
        since = until


def carry_out(since: datetime, until: datetime) -> None:
    """Do what came due after `since` and not after `until`, in all accounts and regions."""
    for (account, region, _), action in state.actions.all_items():
        made = datetime.fromtimestamp(action["CreationTime"], UTC)
        zone = action.get("Timezone", "UTC")
        if is_due(action["Schedule"], zone, since=since, until=until, made=made):
            _carry_out(action, account, region)


def _carry_out(action: dict[str, Any], account: str, region: str) -> None:
    target = state.targets.get_scoped(account, region, state.target_of(action))
    if target is not None:
        target |= action["ScalableTargetAction"]
        capacity.keep_within(target, account, region)
