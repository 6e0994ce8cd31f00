"""The database behind two engines: one writer, many readers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

BUSY_SECONDS = 15
Connection = AsyncConnection


class StoreError(Exception):
    """The database cannot be used; the text says why and how to mend it."""


class Store:
    """Transactions on one database.

    SQLite lets one connection write at a time and fails a read transaction that wants to write later, so writes go
    through one connection that begins with BEGIN IMMEDIATE; reads have connections of their own (WAL).
    """

    def __init__(self, url: str) -> None:
        """Prepare engines; raises StoreError for a URL that cannot be used."""
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise StoreError(
                "COACHBOT_DATABASE_URL 不是有效的数据库地址，应形如 sqlite+aiosqlite:///路径/coachbot.db"
            ) from error
        if parsed.drivername != "sqlite+aiosqlite" or not parsed.database or parsed.database == ":memory:":
            raise StoreError(
                "目前只支持 SQLite 文件：COACHBOT_DATABASE_URL 应形如 sqlite+aiosqlite:///路径/coachbot.db"
            )
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        self._file = parsed.database
        self._writer = _engine(url, "BEGIN IMMEDIATE", pool_size=1)
        self._reader = _engine(url, "BEGIN", pool_size=4)
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Bring the tables up to date; raises StoreError when the file is no database of ours."""
        try:
            async with self.write() as connection:
                await connection.run_sync(migrate)
        except CommandError as error:
            raise StoreError(f"数据库 {self._file} 来自更新版本的 Coachbot，请升级程序后再启动") from error
        except DatabaseError as error:
            raise StoreError(f"数据库 {self._file} 打不开：{error.orig}。请检查文件、磁盘空间和权限") from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One writing transaction at a time: committed at the end, rolled back on any error."""
        async with self._turn, self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a consistent view that does not wait for the writer."""
        async with self._reader.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close all connections; an open one would hang the exit."""
        await self._writer.dispose()
        await self._reader.dispose()


def _engine(url: str, begin: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        url, connect_args={"isolation_level": None, "timeout": BUSY_SECONDS}, pool_size=pool_size, max_overflow=0
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _settle(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: SyncConnection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def migration_config() -> Config:
    """Return the Alembic settings; a connection goes into `attributes`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def migrate(connection: SyncConnection, revision: str = "head") -> None:
    """Bring the tables to a revision (up, or down by name)."""
    config = migration_config()
    config.attributes["connection"] = connection
    if revision == "head":
        command.upgrade(config, revision)
    else:
        command.downgrade(config, revision)
