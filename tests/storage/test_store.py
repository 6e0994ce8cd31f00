"""The database: migrated up, down and up; counted right; broken files named."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text, update

from coachbot.storage.store import Store, StoreError, migrate
from coachbot.storage.tables import metadata, people


def url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'x.db'}"


async def test_up_down_up(tmp_path: Path) -> None:
    store = Store(url(tmp_path))
    await store.open()
    async with store.write() as connection:
        await connection.run_sync(migrate, "base")
    async with store.write() as connection:
        await connection.run_sync(migrate)
    await store.open()
    async with store.read() as connection:
        differences = await connection.run_sync(_differences)
    await store.close()
    assert differences == []


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_concurrent_increments_all_count(tmp_path: Path) -> None:
    store = Store(url(tmp_path))
    await store.open()
    now = datetime.now(UTC)
    async with store.write() as connection:
        person = {"channel": "t", "address": "1", "name": "0", "state": {}, "created_at": now}
        await connection.execute(insert(people).values(person))

    async def increment() -> None:
        async with store.write() as connection:
            count = int(await connection.scalar(select(people.c.name)) or 0)
            await asyncio.sleep(0)
            await connection.execute(update(people).values(name=str(count + 1)))

    await asyncio.gather(*(increment() for _ in range(20)))
    async with store.read() as connection:
        assert await connection.scalar(select(people.c.name)) == "20"
        assert (await connection.scalar(select(people.c.created_at))) == now
    await store.close()


async def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    store = Store(url(tmp_path))
    await store.open()
    with pytest.raises(RuntimeError):
        async with store.write() as connection:
            person = {"channel": "t", "address": "1", "name": "", "state": {}, "created_at": datetime.now(UTC)}
            await connection.execute(insert(people).values(person))
            raise RuntimeError
    async with store.read() as connection:
        assert (await connection.execute(select(people.c.id))).all() == []
    await store.close()


async def test_naive_times_are_refused(tmp_path: Path) -> None:
    store = Store(url(tmp_path))
    await store.open()
    with pytest.raises(Exception, match="naive"):
        async with store.write() as connection:
            naive = datetime(2026, 1, 1)  # noqa: DTZ001
            person = {"channel": "t", "address": "1", "name": "", "state": {}, "created_at": naive}
            await connection.execute(insert(people).values(person))
    await store.close()


async def test_a_newer_database_is_not_touched(tmp_path: Path) -> None:
    store = Store(url(tmp_path))
    await store.open()
    async with store.write() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(StoreError, match="更新版本"):
        await store.open()
    await store.close()


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database at all, " * 100)
    store = Store(url(tmp_path))
    with pytest.raises(StoreError, match=r"x\.db"):
        await store.open()
    await store.close()


@pytest.mark.parametrize(
    "bad", ["", "nonsense", "sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:", "postgresql://h/d"]
)
def test_urls_that_cannot_be_used_are_refused(bad: str) -> None:
    with pytest.raises(StoreError, match="COACHBOT_DATABASE_URL"):
        Store(bad)
