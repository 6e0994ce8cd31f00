"""The tables. Portable SQL only; times are aware UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)  # fmt: skip
from sqlalchemy.engine import Dialect


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as naive UTC where the database knows no zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        """Return aware UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s",
    }
)  # fmt: skip

people = Table(
    "people", metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(80), nullable=False),
    Column("address", String(64), nullable=False),  # where the channel reaches this person
    Column("name", String(128), nullable=False, default=""),
    Column("state", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "address"),
)  # fmt: skip

rounds = Table(
    "rounds", metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("scene", String(40), nullable=False),
    Column("guess", String(1)),
    Column("started_at", UtcDateTime, nullable=False),
    Index(None, "person_id", "id"),
)  # fmt: skip

attempts = Table(
    "attempts", metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("round_id", ForeignKey("rounds.id"), nullable=False),
    Column("inbox_id", Integer, nullable=False, unique=True),  # one message is one attempt, however often it is done
    Column("scene", String(40), nullable=False),
    Column("citizen_disc", String(1), nullable=False),
    Column("reply", Text, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("abstain", JSON, nullable=False),
    Column("score", Integer, nullable=False),
    Column("bars", JSON, nullable=False),
    Column("rubric", JSON, nullable=False),  # the whole rubric's version and what it was applied to
    Column("model", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "person_id", "id"),
)  # fmt: skip

rubrics = Table(
    "rubrics", metadata,
    Column("version", String(32), primary_key=True),
    Column("body", JSON, nullable=False),  # so that an old score can be explained after the file has changed
)  # fmt: skip

inbox = Table(
    "inbox", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("channel", String(80), nullable=False),
    Column("key", String(64), nullable=False),  # the messenger's own id of the message
    Column("person", String(64), nullable=False),  # whose order it belongs to
    Column("raw", JSON, nullable=False),
    Column("status", String(8), nullable=False),  # new, done, dead
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text),
    Column("received_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    UniqueConstraint("channel", "key"),
    Index(None, "status", "id"),
    sqlite_autoincrement=True,
)  # fmt: skip

outbox = Table(
    "outbox", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("channel", String(80), nullable=False),
    Column("address", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # answer now; pushes later
    Column("body", JSON, nullable=False),
    Column("status", String(8), nullable=False),  # new, sent, dead, held (the person blocked the bot)
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("message_id", String(64)),
    Index(None, "status", "due_at"),
    Index(None, "channel", "address", "id"),
    sqlite_autoincrement=True,
)  # fmt: skip
