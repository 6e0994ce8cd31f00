"""People, rounds and attempts, inside one transaction. What the dialogue knows as `Records`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from coachbot.analysis.labels import Style
from coachbot.coaching.progress import Past
from coachbot.storage.tables import attempts, people, rounds, rubrics

PAST_AT_MOST = 2000
"""Attempts that progress looks back on; keeps `/progress` quick in a table of millions."""


class SqlRecords:
    """One person's records, read and written on one connection."""

    def __init__(self, connection: AsyncConnection, person: int) -> None:
        self._connection = connection
        self._person = person

    async def save_state(self, state: Mapping[str, Any]) -> None:
        """Replace the person's conversation state."""
        await self._connection.execute(update(people).where(people.c.id == self._person).values(state=dict(state)))

    async def open_round(self, scene: str, now: datetime) -> int:
        """Begin a round and return its id."""
        result = await self._connection.execute(
            insert(rounds).values(person_id=self._person, scene=scene, started_at=now)
        )
        return _new_id(result)

    async def save_guess(self, round_id: int, guess: Style) -> None:
        """Keep which type the trainee guessed."""
        await self._connection.execute(update(rounds).where(rounds.c.id == round_id).values(guess=guess))

    async def add_attempt(self, attempt: Mapping[str, Any], rubric: Mapping[str, Any]) -> None:
        """Store one scored reply, and its rubric when that is new."""
        version = rubric["version"]
        known = await self._connection.scalar(select(rubrics.c.version).where(rubrics.c.version == version))
        if known is None:
            await self._connection.execute(insert(rubrics).values(version=version, body=dict(rubric)))
        await self._connection.execute(insert(attempts).values(person_id=self._person, **attempt))

    async def past(self) -> list[Past]:
        """Return scored attempts, oldest first."""
        columns = attempts.c
        query = (
            select(
                columns.round_id, columns.scene, columns.citizen_disc, columns.score, columns.bars, columns.created_at
            )
            .where(columns.person_id == self._person)
            .order_by(columns.id.desc())
            .limit(PAST_AT_MOST)
        )
        rows = (await self._connection.execute(query)).all()
        return [Past(row[0], row[1], row[2], row[3], row[4], row[5]) for row in reversed(rows)]

    async def seen(self) -> dict[str, datetime]:
        """When each scene was shown last."""
        query = (
            select(rounds.c.scene, func.max(rounds.c.started_at))
            .where(rounds.c.person_id == self._person)
            .group_by(rounds.c.scene)
        )
        return {str(row[0]): row[1] for row in (await self._connection.execute(query)).all()}


def _new_id(result: CursorResult[Any]) -> int:
    key = result.inserted_primary_key
    if key is None:
        raise RuntimeError("the database gave no id")
    return int(key[0])


async def find_person(connection: AsyncConnection, channel: str, address: str) -> tuple[int | None, dict[str, Any]]:
    """Return (id, state) of a person; (None, {}) when new."""
    query = select(people.c.id, people.c.state).where(people.c.channel == channel, people.c.address == address)
    row = (await connection.execute(query)).first()
    return (int(row[0]), dict(row[1])) if row else (None, {})


async def add_person(connection: AsyncConnection, channel: str, address: str, name: str, now: datetime) -> int:
    """Store a new person and return the id."""
    values = {"channel": channel, "address": address, "name": name, "state": {}, "created_at": now}
    result = await connection.execute(insert(people).values(values))
    return _new_id(result)
