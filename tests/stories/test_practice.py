"""A trainee practises, in both channels."""

import re

import pytest
from sqlalchemy import select

from coachbot.analysis.labels import Labels
from coachbot.coaching.rubric import Rubric
from coachbot.dialogue.texts import BAR_NAMES
from coachbot.storage.tables import attempts, rounds, rubrics
from tests.support.people import World

GOOD = (
    "您先别急，跑了两趟还没办成，换谁都窝火。您是怕耽误正事，对吧？把身份证给我，我现在就办，下午三点前您来三号窗口拿。"
)
RUDE = "急什么急，都说几遍了，规定就是这样，下一个！"


async def rows(world: World) -> list[tuple[str, int]]:
    async with world.application.store.read() as connection:
        return [tuple(row) for row in (await connection.execute(select(attempts.c.reply, attempts.c.score))).all()]


async def test_a_whole_round(world: World) -> None:
    """来一题 → 猜 → 回复 → 反馈 → 再写 → 参考答案 → 下一题."""
    person = world.newcomer()
    assert "窗口沟通小教练" in await person.says("/start")
    card = await person.presses("开始练习")
    assert "群众说" in card and "这位群众更像哪一型？" in card
    revealed = await person.presses("S 稳健型")
    assert "这几句更像" in revealed and "线索：" in revealed and "请写下您的回复" in revealed
    feedback = await person.says(RUDE)
    assert re.search(r"得分 \d+/100", feedback)
    assert all(name in feedback for name in BAR_NAMES.values())
    assert "只改一处" in feedback and "可以这样说" in feedback
    assert "请写下您的回复" in await person.presses("再写一次")
    better = await person.says(GOOD)
    assert "→" in better and "进步" in better
    assert "参考答案" in await person.presses("看参考答案")
    assert "这位群众更像哪一型？" in await person.presses("下一题")
    stored = await rows(world)
    assert [reply for reply, _ in stored] == [RUDE, GOOD]
    assert stored[0][1] < stored[1][1]


async def test_plain_chinese_is_understood(world: World) -> None:
    person = world.newcomer()
    assert "还没有练习记录" in await person.says("看看我的进度")
    assert "这位群众更像哪一型？" in await person.says("来一题吧")
    assert "好，先不猜" in await person.presses("先跳过")
    assert re.search(r"得分 \d+/100", await person.says(GOOD))
    progress = await person.says("我的进度")
    assert "练了 1 题" in progress and "近 7 天 1 题" in progress and "下一步" in progress
    assert "怎么用" in await person.says("帮助")


async def test_what_is_not_understood_is_answered_with_what_is_possible(world: World) -> None:
    assert "您可以说「来一题」" in await world.newcomer().says("量子力学里的那只猫")


async def test_a_reply_that_looks_like_a_request_is_a_reply(world: World) -> None:
    person = world.newcomer()
    await person.says("/practice")
    await person.presses("先跳过")
    assert "得分" in await person.says("您别着急，我帮您看看进度，查到了马上告诉您。")
    assert "练了 1 题" in await person.says("看看我的进度")
    assert "这位群众更像哪一型？" in await person.says("下一题")


async def test_a_reply_without_a_guess_counts(world: World) -> None:
    person = world.newcomer()
    await person.says("/practice")
    assert "得分" in await person.says(GOOD)
    assert len(await rows(world)) == 1


async def test_text_after_feedback_is_another_try(world: World) -> None:
    person = world.newcomer()
    await person.says("/practice")
    await person.says(RUDE)
    assert "→" in await person.says(GOOD)
    async with world.application.store.read() as connection:
        assert len((await connection.execute(select(rounds.c.id))).all()) == 1


async def test_practice_in_the_middle_opens_a_new_round_unscored(world: World) -> None:
    person = world.newcomer()
    first = await person.says("/practice")
    second = await person.says("/practice")
    assert first != second and "这位群众更像哪一型？" in second
    assert await rows(world) == []


@pytest.mark.parametrize(
    ("nonsense", "why"),
    [
        ("！！！……", "没有文字"),
        ("I do not know what to say here", "不是中文"),
        ("asdfkjh qwlekjr zxcv", "不是中文"),
        ("哈哈哈哈哈哈哈哈哈哈", "没读懂"),
        ("今天中午吃了红烧肉，晚上打算去看电影", "不太像"),
    ],
)
async def test_nonsense_is_kindly_not_scored(world: World, nonsense: str, why: str) -> None:
    person = world.newcomer()
    await person.says("/practice")
    await person.presses("先跳过")
    answer = await person.says(nonsense)
    assert why in answer and "您会怎么回他" in answer
    assert await rows(world) == []
    assert "得分" in await person.says(GOOD)


async def test_copies_are_not_scored(world: World) -> None:
    person = world.newcomer()
    card = await person.says("/practice")
    citizen = card.split("群众说：\n")[1].split("\n")[0].strip("「」")
    await person.presses("先跳过")
    assert "群众自己的原话" in await person.says(citizen)
    await person.says(GOOD)
    shown = await person.presses("看参考答案")
    model = shown.split("\n")[1].strip("「」")
    assert "参考答案几乎一样" in await person.says(model)
    assert len(await rows(world)) == 1


async def test_the_answer_waits_for_a_first_try(world: World) -> None:
    person = world.newcomer()
    await person.says("/practice")
    await person.presses("先跳过")
    assert "先写一遍您自己的" in await person.says("看参考答案")


async def test_people_do_not_disturb_each_other(world: World) -> None:
    one, two = world.newcomer(), world.newcomer()
    await one.says("/practice")
    assert "还没有练习记录" in await two.says("/progress")
    assert "得分" in await one.says(GOOD)
    assert "还没有练习记录" in await two.says("/progress")


async def test_the_same_reply_always_gets_the_same_score(world: World) -> None:
    person = world.newcomer()
    await person.says("/practice")
    await person.says(GOOD)
    await person.says(GOOD)
    (_, first), (_, second) = await rows(world)
    assert first == second


async def test_scenes_do_not_repeat_while_others_are_left(world: World) -> None:
    person = world.newcomer()
    titles = [(await person.says("/practice")).splitlines()[0] for _ in range(40)]
    assert len(set(titles)) == 40


async def test_an_old_score_can_be_recomputed_and_explained(world: World) -> None:
    """Labels, rubric and what it was applied to are stored with each attempt."""
    person = world.newcomer()
    await person.says("/practice")
    await person.says(RUDE)
    async with world.application.store.read() as connection:
        attempt = (await connection.execute(select(attempts))).mappings().one()
        body = await connection.scalar(select(rubrics.c.body).where(rubrics.c.version == attempt["rubric"]["version"]))
    rubric = Rubric.model_validate(body)
    again = rubric.score(
        Labels.from_dict(attempt["labels"]),
        attempt["citizen_disc"],
        open_=attempt["rubric"]["open"],
        phrases=attempt["rubric"]["phrases"],
    )
    assert again.total == attempt["score"] and dict(again.bars) == attempt["bars"]


async def test_progress_knows_weeks_and_months_and_trends(world: World) -> None:
    person = world.newcomer()
    for _ in range(5):
        await person.says("/practice")
        await person.says(RUDE)
    world.clock.pass_(days=10)
    for _ in range(12):
        await person.says("/practice")
        await person.says(GOOD)
    shown = await person.says("/progress")
    assert "练了 17 题" in shown and "近 7 天 12 题，近 30 天 17 题" in shown
    assert "↑" in shown and "最拿手" in shown and "最该练" in shown


async def test_skipping_the_reply_offers_another_scene(world: World) -> None:
    person = world.newcomer()
    await person.says("/practice")
    await person.presses("先跳过")
    assert "换一题" in await person.says("跳过这题")
    assert "这位群众更像哪一型？" in await person.presses("下一题")


@pytest.mark.parametrize("guess", ["D", "d。", "Ｄ", "我猜D", "应该是支配型吧", "是支配型", "D 支配型"])
async def test_a_guess_in_plain_words_is_a_guess(world: World, guess: str) -> None:
    person = world.newcomer()
    await person.says("/practice")
    assert "这几句更像" in await person.says(guess)
    assert await rows(world) == []


async def test_thanks_after_feedback_are_thanks(world: World) -> None:
    person = world.newcomer()
    await person.says("/practice")
    await person.says(GOOD)
    assert "不客气" in await person.says("谢谢教练")
    assert len(await rows(world)) == 1


async def test_help_in_a_round_keeps_its_buttons(world: World) -> None:
    person = world.newcomer()
    await person.says("/practice")
    assert "怎么用" in await person.says("/help")
    assert "这几句更像" in await person.presses("D 支配型")


@pytest.mark.parametrize("abuse", ["滚！你个废物", "有病吧你，闭嘴", "别在这儿耍神经病，我忙着呢"])
async def test_abuse_is_named(world: World, abuse: str) -> None:
    person = world.newcomer()
    await person.says("/practice")
    await person.presses("先跳过")
    answer = await person.says(abuse)
    assert "骂人的话一个字都不能有" in answer and "文明规范 ▓▓▓▓▓▓▓▓▓▓" not in answer


async def test_taking_the_advice_is_no_copy(world: World) -> None:
    person = world.newcomer()
    await person.says("/practice")
    answer = await person.says(RUDE)
    said = answer.split("可以这样说：")[1].splitlines()[0].strip("「」")
    assert "得分" in await person.says(said)


async def test_very_long_and_odd_input_is_survived(world: World) -> None:
    person = world.newcomer()
    for odd in ("9" * 5000, "<b>&amp;</b>", "\u202e\u0000", "好" * 9000, "/", "/nonsense", "🙂" * 500):
        assert await person.says(odd)
