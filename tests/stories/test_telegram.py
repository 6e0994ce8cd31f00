"""What only a messenger can do: old buttons, pictures, blocking, floods, broken updates."""

import asyncio

import pytest
from sqlalchemy import select

from coachbot.storage.tables import attempts, inbox, outbox
from tests.stories.test_practice import GOOD
from tests.support.botapi import Specification
from tests.support.fake_telegram import error
from tests.support.people import TelegramPerson, World


def newcomer(world: World) -> TelegramPerson:
    person = world.newcomer()
    assert isinstance(person, TelegramPerson)
    return person


async def let_time_pass(world: World, person: TelegramPerson, seconds: float) -> None:
    """Move the clock until the person got something."""
    assert world.telegram
    while not world.telegram.to(person.id):
        world.clock.pass_(seconds=seconds)
        world.application.outbox.wake()
        await asyncio.sleep(0.005)


async def statuses(world: World, table: object) -> list[str]:
    async with world.application.store.read() as connection:
        return list((await connection.execute(select(table.c.status))).scalars())  # type: ignore[attr-defined]


async def test_a_button_of_an_earlier_round_shows_where_we_are(telegram: World) -> None:
    person = newcomer(telegram)
    await person.says("/practice")
    assert telegram.telegram
    old = telegram.telegram.to(person.id)[-1].buttons[0][1]
    await person.says("/practice")
    answer = await person.sends_code(old)
    assert "已经过去了" in answer and "这位群众更像哪一型？" in answer


async def test_a_double_tap_opens_one_round(telegram: World) -> None:
    person = newcomer(telegram)
    await person.says("/practice")
    await person.says(GOOD)
    assert telegram.telegram
    again = next(data for label, data in telegram.telegram.to(person.id)[-1].buttons if label == "下一题")
    await person.sends_code(again)
    assert "已经过去了" in await person.sends_code(again)


async def test_somebody_elses_button_does_nothing(telegram: World) -> None:
    one, two = newcomer(telegram), newcomer(telegram)
    await one.says("/practice")
    assert telegram.telegram
    stolen = telegram.telegram.to(one.id)[-1].buttons[0][1]
    assert "已经过去了" in await two.sends_code(stolen)
    assert "得分" in await one.says(GOOD)


async def test_old_and_forged_codes_get_a_fresh_menu(telegram: World) -> None:
    person = newcomer(telegram)
    for forged in ("0.guess.1.D", "nonsense", "1.", "1.guess", "1.do.drop_tables", "1.guess.1.X", "1.next.999999"):
        answer = await person.sends_code(forged)
        assert answer and telegram.telegram and telegram.telegram.to(person.id)[-1].buttons


async def test_every_press_is_acknowledged(telegram: World) -> None:
    person = newcomer(telegram)
    await person.says("/practice")
    await person.presses("先跳过")
    assert telegram.telegram and telegram.telegram.answered


async def test_a_picture_is_answered_kindly(telegram: World) -> None:
    person = newcomer(telegram)
    assert "只看得懂文字" in await person.says(None)


async def test_an_update_that_cannot_be_parsed_stops_nobody(telegram: World) -> None:
    person = newcomer(telegram)
    assert telegram.telegram
    telegram.telegram.push({"message": {"message_id": "x", "chat": 5, "from": {"id": person.id}}})
    assert "窗口沟通小教练" in await person.says("/start")
    assert "dead" in await statuses(telegram, inbox)


async def test_the_same_update_twice_is_one_attempt(telegram: World) -> None:
    person = newcomer(telegram)
    await person.says("/practice")
    await person.says(GOOD)
    last = telegram.telegram and telegram.telegram.calls
    assert last
    async with telegram.application.store.read() as connection:
        key, raw = (
            await connection.execute(select(inbox.c.key, inbox.c.raw).order_by(inbox.c.id.desc()).limit(1))
        ).one()
    await telegram.application.inbox.accept([(key, str(person.id), raw)])
    await telegram.application.settle()
    async with telegram.application.store.read() as connection:
        assert len((await connection.execute(select(attempts.c.id))).all()) == 1


async def test_blocked_people_are_set_aside(telegram: World) -> None:
    person, other = newcomer(telegram), newcomer(telegram)
    assert telegram.telegram
    telegram.telegram.blocked.add(person.id)
    assert await person.says("/start") == ""
    assert "held" in await statuses(telegram, outbox)
    assert "窗口沟通小教练" in await other.says("/start")


async def test_who_comes_back_gets_the_last_answer(telegram: World) -> None:
    person = newcomer(telegram)
    assert telegram.telegram
    telegram.telegram.blocked.add(person.id)
    await person.says("/start")
    await person.says("/practice")
    telegram.telegram.blocked.clear()
    telegram.telegram.say(person.id, "/progress")
    while len(telegram.telegram.to(person.id)) < 2:
        await asyncio.sleep(0.001)
    await telegram.application.settle()
    assert sorted(await statuses(telegram, outbox)) == ["dead", "sent", "sent"]


async def test_an_outage_of_hours_costs_nobody_the_answer(telegram: World) -> None:
    person = newcomer(telegram)
    assert telegram.telegram
    telegram.telegram.failures += [error(502, "Bad Gateway")] * 40

    passing = asyncio.create_task(let_time_pass(telegram, person, seconds=61))
    assert "窗口沟通小教练" in await person.says("/start")
    await passing
    assert await statuses(telegram, outbox) == ["sent"]


async def test_a_flood_wait_is_obeyed_and_the_answer_comes(telegram: World) -> None:
    person = newcomer(telegram)
    assert telegram.telegram
    telegram.telegram.failures += [error(429, "Too Many Requests: retry after 1", retry_after=1), error(500, "oops")]
    before = telegram.clock.at

    passing = asyncio.create_task(let_time_pass(telegram, person, seconds=2))
    assert "窗口沟通小教练" in await person.says("/start")
    await passing
    assert telegram.clock.at > before
    assert await statuses(telegram, outbox) == ["sent"]


async def test_many_people_at_once_lose_nothing(telegram: World) -> None:
    people = [newcomer(telegram) for _ in range(12)]

    async def practise(person: TelegramPerson) -> None:
        assert telegram.telegram
        for text in ("/practice", "D", GOOD, GOOD, "/practice", GOOD):
            telegram.telegram.say(person.id, text)
            await asyncio.sleep(0)

    await asyncio.gather(*(practise(person) for person in people))
    assert telegram.telegram
    while telegram.telegram.updates:
        await asyncio.sleep(0.01)
    await telegram.application.settle()
    async with telegram.application.store.read() as connection:
        stored = (await connection.execute(select(attempts.c.person_id, attempts.c.reply))).all()
    assert len(stored) == 3 * len(people)
    assert [len(telegram.telegram.to(person.id)) for person in people] == [6] * len(people)


async def test_nobody_answers_in_other_chats(telegram: World) -> None:
    person = newcomer(telegram)
    assert telegram.telegram
    group = {"id": -5, "type": "group", "title": "组"}
    sender = {"id": person.id, "is_bot": False, "first_name": "x"}
    telegram.telegram.push({"message": {"message_id": 1, "date": 1, "chat": group, "from": sender, "text": "来一题"}})
    await person.says("/start")
    assert len(telegram.telegram.sent) == 1


def test_the_specification_catches_wrong_calls() -> None:
    specification = Specification.from_environment()
    if specification is None:
        pytest.skip("BOTAPI_SPEC names no file: the bot's calls were not checked against the Bot API specification")
    assert specification.check("sendMessage", {"chat_id": 1, "text": "好"}) == []
    assert specification.check("sendMessage", {"chat_id": 1})
    assert specification.check("sendMessage", {"chat_id": 1, "text": "好", "colour": "red"})
    assert specification.check(
        "sendMessage", {"chat_id": 1, "text": "好", "reply_markup": {"inline_keyboard": [["x"]]}}
    )
    assert specification.check("sendMassage", {})
