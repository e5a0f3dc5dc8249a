"""The message log in PostgreSQL: every frame, written in batches beside the durable path."""

import asyncio
import logging
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import LiteralString

from psycopg import sql

from services.charging.adapters.postgresql.database import Database
from services.charging.application.conversation import Message
from services.charging.application.ports import NotStorableError, UnavailableError
from services.charging.domain.masking import masked

logger = logging.getLogger(__name__)

MADE_AHEAD_DAYS = 2
BATCH_EVERY = 0.5
"""Seconds."""
ROWS_AT_ONCE = 100
MOST_WAITING = 32 * 1024 * 1024
"""Characters that may wait for the database; what comes then is not logged, only counted."""
LOOK_AFTER_DAYS_EVERY = 3600.0
TRY_AGAIN_AFTER = 10.0

_COPY: LiteralString = """
    copy message (at, station_id, direction, kind, message_id, action, text) from stdin
"""
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_DEFAULT = "message_default"
_MAKE: tuple[LiteralString, ...] = (
    "create table {name} (like message including defaults including constraints)",
    # Nobody writes into the default partition between these two.
    "lock table message_default in access exclusive mode",
    """
    with moved as (
        delete from message_default where at >= {begin} and at < {end} returning *
    )
    insert into {name} select * from moved
    """,
    "alter table message attach partition {name} for values from ({begin}) to ({end})",
)
_LOCK = 6_204_733_002
"""One node looks after the days at a time."""


class PostgresMessageLog:
    """A frame that is not written yet when the process is killed is not in the log.

    What a frame says is durable all the same before it is answered; the log is for people.
    """

    def __init__(self, database: Database, *, kept_days: int) -> None:
        self._database = database
        self._kept_days = kept_days
        self._waiting: list[Message] = []
        self._size = 0
        self._left_out = 0
        self._finish = asyncio.Event()

    def add(self, message: Message) -> None:
        """To be written soon."""
        if self._size > MOST_WAITING:
            self._left_out += 1
            return
        self._waiting.append(message)
        self._size += len(message.text)

    async def run(self) -> None:
        """Write what there is, until told to finish; then what is left."""
        look_after_days = 0.0
        clock = asyncio.get_running_loop().time
        while not self._finish.is_set():
            if clock() >= look_after_days:
                done = await self.look_after_days(datetime.now(UTC))
                look_after_days = clock() + (LOOK_AFTER_DAYS_EVERY if done else TRY_AGAIN_AFTER)
            await self._write()
            try:
                await asyncio.wait_for(self._finish.wait(), BATCH_EVERY)
            except TimeoutError:
                continue
        await self._write()

    def finish(self) -> None:
        """Write what is left, and end."""
        self._finish.set()

    async def _write(self) -> None:
        if not self._waiting:
            return
        batch, self._waiting, self._size = self._waiting, [], 0
        text = ""
        for first in range(0, len(batch), ROWS_AT_ONCE):
            text += "".join(map(_line, batch[first : first + ROWS_AT_ONCE]))
            await asyncio.sleep(0)  # Stations must not wait for all of them.
        try:
            async with (
                self._database.transaction() as connection,
                connection.cursor() as cursor,
                cursor.copy(_COPY) as copy,
            ):
                # In one go: who follows changes waits for every open transaction.
                await copy.write(text)
        except NotStorableError as error:
            logger.warning("messages not logged", extra={"reason": str(error), "count": len(batch)})
        except UnavailableError:
            self._waiting = batch + self._waiting
            self._size += sum(len(message.text) for message in batch)
        else:
            if self._left_out:
                logger.warning("messages not logged", extra={"count": self._left_out})
                self._left_out = 0

    async def look_after_days(self, now: datetime) -> bool:
        """Make the days to come, and drop those that are over; False: to be tried again.

        Each in a transaction of its own: a day that cannot be made costs no other.
        """
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        oldest = _partition(today - timedelta(days=self._kept_days))
        done = True
        try:
            known = await self._known()
            for day in (today + timedelta(days=ahead) for ahead in range(MADE_AHEAD_DAYS + 1)):
                if _partition(day) not in known:
                    done &= await _tried(self._make(day))
            for name in sorted(known - {_DEFAULT}):
                if name < oldest:
                    done &= await _tried(self._drop(name))
        except UnavailableError as error:
            logger.warning("days of the message log", extra={"reason": str(error)})
            return False
        return done

    async def _known(self) -> set[str]:
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                """
                select child.relname from pg_inherits
                join pg_class as child on child.oid = inhrelid
                where inhparent = 'message'::regclass
                """
            )
            return {name for (name,) in await cursor.fetchall()}

    async def _make(self, day: datetime) -> None:
        """With what was written before it was made, and went to the default partition."""
        async with self._database.transaction() as connection:
            await connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
            places = {
                "name": sql.Identifier(_partition(day)),
                "begin": sql.Literal(day.isoformat()),
                "end": sql.Literal((day + timedelta(days=1)).isoformat()),
            }
            cursor = await connection.execute("select to_regclass(%s)", (_partition(day),))
            if await cursor.fetchone() != (None,):
                return  # Another node was as quick.
            for statement in _MAKE:
                await connection.execute(sql.SQL(statement).format(**places))

    async def _drop(self, name: str) -> None:
        async with self._database.transaction() as connection:
            await connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
            await connection.execute(
                sql.SQL("drop table if exists {}").format(sql.Identifier(name))
            )


async def _tried(step: Awaitable[None]) -> bool:
    try:
        await step
    except (UnavailableError, NotStorableError) as error:
        logger.warning("days of the message log", extra={"reason": str(error)})
        return False
    return True


def _partition(day: datetime) -> str:
    return f"message_{day:%Y%m%d}"


def _line(message: Message) -> str:
    """As COPY reads it; by hand, as every frame comes through here."""
    fields = (
        message.at.isoformat(),
        _field(message.station_id),
        message.direction,
        message.kind,
        _field(message.message_id),
        _field(message.action),
        _field(masked(message.text)),
    )
    return "\t".join(fields) + "\n"


def _field(text: str | None) -> str:
    if text is None:
        return "\\N"
    # One after the other: a regular expression takes four times as long.
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text or "\x00" in text:
        return text.replace("\x00", "\\x00").translate(_ESCAPED)
    return text
