"""Rows of the inbox and the outbox, inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from coachbot.storage.tables import inbox, outbox


@dataclass(frozen=True, slots=True)
class Received:
    """One message as the messenger gave it."""

    id: int
    channel: str
    key: str
    person: str
    raw: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that waits to be sent."""

    id: int
    channel: str
    address: str
    kind: str
    body: dict[str, Any]
    attempts: int
    due_at: datetime
    created_at: datetime
    error: str | None


async def receive(
    connection: AsyncConnection, channel: str, key: str, person: str, raw: Mapping[str, Any], now: datetime
) -> int | None:
    """Store a raw message; returns its id, or None when it is here already."""
    known = await connection.scalar(select(inbox.c.id).where(inbox.c.channel == channel, inbox.c.key == key))
    if known is not None:
        return None
    values = {
        "channel": channel,
        "key": key,
        "person": person,
        "raw": dict(raw),
        "status": "new",
        "received_at": now,
    }
    result = await connection.execute(insert(inbox).values(values))
    return None if result.inserted_primary_key is None else int(result.inserted_primary_key[0])


async def waiting(connection: AsyncConnection, channel: str) -> list[tuple[int, str]]:
    """Return (id, person) of all messages not done yet, oldest first."""
    query = (
        select(inbox.c.id, inbox.c.person)
        .where(inbox.c.status == "new", inbox.c.channel == channel)
        .order_by(inbox.c.id)
    )
    return [(int(row[0]), str(row[1])) for row in (await connection.execute(query)).all()]


async def received(connection: AsyncConnection, number: int) -> Received | None:
    """Return a message that is still to be done, or None."""
    columns = inbox.c
    query = select(columns.id, columns.channel, columns.key, columns.person, columns.raw, columns.attempts).where(
        columns.id == number, columns.status == "new"
    )
    row = (await connection.execute(query)).first()
    return Received(*row) if row else None


async def finish(connection: AsyncConnection, number: int, now: datetime) -> None:
    """Mark a message as done."""
    await connection.execute(update(inbox).where(inbox.c.id == number).values(status="done", done_at=now))


async def fail(connection: AsyncConnection, number: int, error: str, at_most: int, now: datetime) -> bool:
    """Count a failure; returns whether the message is dead now."""
    tried = await connection.scalar(select(inbox.c.attempts).where(inbox.c.id == number)) or 0
    dead = tried + 1 >= at_most
    values: dict[str, Any] = {"attempts": tried + 1, "error": error}
    if dead:
        values |= {"status": "dead", "done_at": now}
    await connection.execute(update(inbox).where(inbox.c.id == number).values(values))
    return dead


async def forget_done(connection: AsyncConnection, before: datetime) -> None:
    """Drop old messages that are done or dead, so that a restarted numbering of the messenger loses nothing."""
    await connection.execute(delete(inbox).where(inbox.c.status != "new", inbox.c.done_at < before))


async def enqueue(
    connection: AsyncConnection,
    channel: str,
    address: str,
    kind: str,
    bodies: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Put messages into the outbox, in order."""
    for body in bodies:
        values = {
            "channel": channel,
            "address": address,
            "kind": kind,
            "body": dict(body),
            "status": "new",
            "created_at": now,
            "due_at": now,
        }
        await connection.execute(insert(outbox).values(values))


async def unsent(connection: AsyncConnection, channel: str, limit: int) -> list[Outgoing]:
    """Return messages that wait, answers first, each chat in its order."""
    columns = outbox.c
    query = (
        select(
            columns.id,
            columns.channel,
            columns.address,
            columns.kind,
            columns.body,
            columns.attempts,
            columns.due_at,
            columns.created_at,
            columns.error,
        )
        .where(columns.status == "new", columns.channel == channel)
        .order_by(columns.kind != "answer", columns.id)
        .limit(limit)
    )
    return [Outgoing(*row) for row in (await connection.execute(query)).all()]


async def mark_sent(connection: AsyncConnection, number: int, message_id: str, now: datetime) -> None:
    """Mark a message as sent."""
    values = {"status": "sent", "sent_at": now, "message_id": message_id, "error": None}
    await connection.execute(update(outbox).where(outbox.c.id == number).values(values))


async def postpone(connection: AsyncConnection, number: int, error: str, until: datetime) -> None:
    """Try a message again later."""
    values = {"attempts": outbox.c.attempts + 1, "error": error, "due_at": until}
    await connection.execute(update(outbox).where(outbox.c.id == number).values(values))


async def set_aside(connection: AsyncConnection, number: int, status: str, error: str) -> None:
    """Stop trying: `dead` for good, `held` until the person comes back."""
    values = {"attempts": outbox.c.attempts + 1, "status": status, "error": error}
    await connection.execute(update(outbox).where(outbox.c.id == number).values(values))


async def release(connection: AsyncConnection, channel: str, address: str) -> None:
    """Send the newest held message of a person who came back; older ones have lost their sense."""
    mine = (outbox.c.channel == channel, outbox.c.address == address, outbox.c.status == "held")
    newest = await connection.scalar(select(func.max(outbox.c.id)).where(*mine))
    if newest is not None:
        await connection.execute(update(outbox).where(*mine, outbox.c.id < newest).values(status="dead"))
        await connection.execute(update(outbox).where(outbox.c.id == newest).values(status="new"))


async def newest_sent(connection: AsyncConnection, channel: str, address: str) -> dict[str, Any] | None:
    """Return the body of the newest message with buttons that was sent to an address."""
    columns = outbox.c
    query = (
        select(columns.body)
        .where(columns.channel == channel, columns.address == address, columns.status == "sent")
        .order_by(columns.id.desc())
        .limit(20)
    )
    for body in (await connection.execute(query)).scalars():
        if body.get("buttons"):
            return dict(body)
    return None
