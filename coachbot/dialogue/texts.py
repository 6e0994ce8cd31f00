"""Every sentence the bot says. Warm and brief, as a good trainer would."""

from __future__ import annotations

from coachbot.analysis.labels import STYLES, Style
from coachbot.coaching.advice import Advice
from coachbot.coaching.content import Scenario
from coachbot.coaching.feedback import Feedback
from coachbot.coaching.progress import STEADY, Progress, Trend
from coachbot.coaching.rubric import BARS, Score
from coachbot.dialogue.messages import Button, Piece, Reply, bold, code, quoted, reply

BAR_NAMES = {"empathy": "同理心", "fit": "因人而异", "guidance": "办理指引", "civility": "文明规范"}
BLOCKS = 10
CAN_DO = "您可以说「来一题」开始练习，说「我的进度」看看练得怎么样，说「帮助」了解怎么用。"

NOT_SCORED = {
    "empty": "这条里没有文字，我没法打分。",
    "foreign": "这条不是中文，是外语还是误触了键盘？窗口上咱们说中文。",
    "gibberish": "这条我没读懂，像是误触了键盘。",
    "copied_citizen": "这是群众自己的原话，还没有您的回应呢。",
    "copied_answer": "这和参考答案几乎一样。换成您自己的话，才练得到。",
    "off_topic": "这句不太像在窗口对群众说的话，先不打分。",
}


def menu() -> list[list[Button]]:
    """Return the buttons of the main menu."""
    return [
        [Button(label="开始练习", code=code("do", "practice"))],
        [Button(label="我的进度", code=code("do", "progress")), Button(label="帮助", code=code("do", "help"))],
    ]


def _after(first: str, second: Reply | None) -> Reply:
    """Join a sentence and what is still open into one message."""
    if second is None:
        return reply(first, buttons=menu())
    return Reply(pieces=(Piece(text=first + "\n\n"), *second.pieces), buttons=second.buttons)


def then(first: Reply, open_: Reply | None) -> Reply:
    """Answer, and keep the buttons of the round that is open: the next number must not leave it unawares."""
    return first if open_ is None else Reply(pieces=first.pieces, buttons=open_.buttons or first.buttons)


def choose_first(open_: Reply | None) -> Reply:
    """Answer something that is neither a guess nor a reply."""
    return _after("先选一型，或者点「先跳过」。", open_)


def welcome(advice: Advice, open_: Reply | None) -> Reply:
    """Greet; a person in the middle of a round is led back to it."""
    if open_ is not None:
        return _after("欢迎回来！咱们接着这一题：", open_)
    return reply(
        bold("您好，我是窗口沟通小教练。"),
        "\n每天几分钟：看一位群众怎么说，猜猜他是哪一型，写下您的回复，我马上告诉您好在哪、先改哪一处。\n\n",
        advice.disc.note,
        "\n您写的内容只存在本机构的服务器上，不会发给别的模型。",
        buttons=menu(),
    )


def help_(advice: Advice) -> Reply:
    """Explain what the bot does."""
    lines = [f"{style} {one.name}：{one.looks}" for style, one in advice.disc.styles.items()]
    return reply(
        bold("怎么用"),
        "\n/practice 或「来一题」：练一个场景\n/progress 或「我的进度」：看自己的进步\n/help 或「帮助」：看这一页\n",
        "写完还想改，直接再发一遍就行，我会对比前后。\n\n",
        bold("四条分数"),
        "\n同理心：接住感受、说准处境、问到关键\n因人而异：说法对不对这位的路子\n"
        "办理指引：谁、带什么、去哪、何时\n文明规范：有没有踩到沟通误区\n\n",
        bold("四种类型"),
        "\n" + "\n".join(lines) + "\n\n" + advice.disc.note,
        buttons=menu(),
    )


def can_do(*, understood: bool) -> Reply:
    """Say what the bot can do, when it did not understand or cannot do what was asked."""
    return reply("这个我现在还帮不上。" if understood else "这句我没听明白。", CAN_DO, buttons=menu())


def thanks(open_: Reply | None) -> Reply:
    """Answer thanks."""
    return _after("不客气，您练得用心，群众就少跑一趟。", open_)


def only_text(open_: Reply | None) -> Reply:
    """Answer a picture, a voice message and the like."""
    return _after("我现在只看得懂文字，请打字告诉我。", open_)


def expired() -> Reply:
    """Answer a button of an older version."""
    return reply("这个按钮已过期，从这里继续吧：", buttons=menu())


def passed(open_: Reply | None) -> Reply:
    """Answer a button of an earlier round."""
    return _after("那一题已经过去了。" + ("现在是这一题：" if open_ else ""), open_)


def see_you() -> Reply:
    """Close for today."""
    return reply("好，今天先到这儿。想练的时候说「来一题」，我随时在。", buttons=menu())


def card(scenario: Scenario, round_id: int, advice: Advice, *, first: bool = False) -> Reply:
    """Show the scene, the citizen's words and the question about the type."""
    styles = [
        Button(label=f"{style} {advice.disc.styles[style].name}", code=code("guess", round_id, style))
        for style in STYLES
    ]
    looks = [f"\n{style} {advice.disc.styles[style].name}：{advice.disc.styles[style].looks}" for style in STYLES]
    hint = "".join(looks) if first else ""
    return reply(
        bold(f"【{scenario.field}】{scenario.title}"),
        f"\n{scenario.scene}\n\n群众说：\n",
        quoted(scenario.citizen),
        "\n\n这位群众更像哪一型？" + hint,
        buttons=[styles[:2], styles[2:], [Button(label="先跳过", code=code("skip", round_id))]],
    )


def _cues(scenario: Scenario, advice: Advice) -> str:
    style = advice.disc.styles[scenario.disc]
    cues = "".join(f"「{cue}」" for cue in scenario.cues)
    return f"线索：{cues}——{scenario.why}。\n对路的说法：{style.speak}。"


def _please_reply() -> Piece:
    return bold("\n\n请写下您的回复：")


def revealed(scenario: Scenario, guess: Style, advice: Advice) -> Reply:
    """Tell which type it was, with the cue words, and ask for the reply."""
    name = advice.disc.styles[scenario.disc].name
    if guess == scenario.disc:
        verdict = f"猜对了，这几句更像 {scenario.disc} {name}。"
    else:
        verdict = f"这几句更像 {scenario.disc} {name}，您猜的是 {guess} {advice.disc.styles[guess].name}。"
    return reply(bold(verdict), "\n" + _cues(scenario, advice), _please_reply())


def skipped(scenario: Scenario, advice: Advice) -> Reply:
    """Tell the type without a guess."""
    name = advice.disc.styles[scenario.disc].name
    return reply(
        bold(f"好，先不猜。这几句更像 {scenario.disc} {name}。"), "\n" + _cues(scenario, advice), _please_reply()
    )


def guessed_already(scenario: Scenario, advice: Advice) -> Reply:
    """Answer a second guess."""
    name = advice.disc.styles[scenario.disc].name
    return reply(f"这题的类型已经揭晓啦：{scenario.disc} {name}。现在请写下您对这位群众的回复。")


def ask_reply(scenario: Scenario) -> Reply:
    """Ask for the reply (again), with the citizen's words at hand."""
    return reply("群众说：\n", quoted(scenario.citizen), _please_reply())


def skip_or_next(scenario: Scenario, round_id: int) -> Reply:
    """Answer 跳过 once the guess is over: the reply is what the round is for, but another scene is one tap away."""
    return reply(
        "试着写一句就好，写错也没关系。实在不想写，就换一题。\n群众说：\n",
        quoted(scenario.citizen),
        buttons=[[Button(label="下一题", code=code("next", round_id))]],
    )


def what_next(round_id: int) -> Reply:
    """Offer the ways on after feedback."""
    return reply("这一题还可以再写一次，也可以看参考答案，或者换下一题。", buttons=_round_buttons(round_id))


def _round_buttons(round_id: int) -> list[list[Button]]:
    return [
        [
            Button(label="再写一次", code=code("again", round_id)),
            Button(label="看参考答案", code=code("answer", round_id)),
            Button(label="下一题", code=code("next", round_id)),
        ]
    ]


def not_scored(reason: str, scenario: Scenario) -> Reply:
    """Say kindly why a reply was not scored, and ask again."""
    return reply(NOT_SCORED[reason], "\n假设这位群众就站在您面前：\n", quoted(scenario.citizen), "\n您会怎么回他？")


def answer_later(scenario: Scenario) -> Reply:
    """Hold the model answer back until there is a first try."""
    return reply(
        "先写一遍您自己的，再看参考答案，收获会大得多。\n群众说：\n", quoted(scenario.citizen), _please_reply()
    )


def answer(scenario: Scenario, round_id: int, advice: Advice) -> Reply:
    """Show the model answer and the norm behind it."""
    return reply(
        bold("参考答案（不是唯一答案）"),
        "\n",
        quoted(scenario.answer),
        f"\n\n依据：{scenario.norm}——{advice.norms[scenario.norm]}\n用自己的话再写一遍，直接发给我就行。",
        buttons=_round_buttons(round_id),
    )


def feedback(given: Feedback, before: Score | None, round_id: int, advice: Advice) -> Reply:
    """Show score, bars, what was good, and one thing to change."""
    pieces: list[str | Piece] = [bold(f"得分 {given.score.total}/100"), _change_of_score(given.score, before), "\n"]
    pieces += [_bar(name, given, before) for name in BARS if name in given.score.bars]
    if given.praise:
        words = f"「{given.praise.quote}」——" if given.praise.quote else ""
        pieces += ["\n\n", bold("好在"), f"　{words}{given.praise.what}。"]
    if given.change:
        change = given.change
        where = f"「{change.quote}」这里，" if change.quote else ""
        pieces += ["\n\n", bold("只改一处"), f"　{where}{change.do}。\n{change.why}"]
        if change.say:
            pieces += ["\n可以这样说：", quoted(change.say)]
        if change.norm:
            pieces += [f"\n依据：{change.norm}——{advice.norms[change.norm]}"]
    else:
        pieces += ["\n\n这一条我挑不出要改的地方了，很漂亮！"]
    return reply(*pieces, buttons=_round_buttons(round_id))


def _change_of_score(score: Score, before: Score | None) -> str:
    if before is None:
        return ""
    if score.total > before.total:
        return f"（上次 {before.total}，进步 {score.total - before.total} 分）"
    return f"（上次 {before.total}）"


def _bar(name: str, given: Feedback, before: Score | None) -> str:
    value = given.score.bars[name]
    old = before.bars.get(name) if before else None
    figure = f"{old} → {value}" if old is not None else f"{value}"
    doubt = "（拿不准）" if name in given.doubtful else ""
    return f"\n{_bar_name(name)} {blocks(value)} {figure}{doubt}"


def blocks(value: float) -> str:
    """Draw 0 to 100 as ten blocks."""
    full = round(value / 100 * BLOCKS)
    return "▓" * full + "░" * (BLOCKS - full)


def no_progress() -> Reply:
    """Say that there is nothing to sum up yet."""
    return reply("还没有练习记录。先来一题，写完马上就有分数和建议。", buttons=menu())


def progress(figures: Progress, next_style: Style, advice: Advice) -> Reply:
    """Show the trainee's own figures and what to practise next."""
    lines = [
        f"\n练了 {figures.rounds} 题，写了 {figures.attempts} 次回复，最高 {figures.best} 分",
        f"\n近 7 天 {figures.last_week} 题，近 30 天 {figures.last_month} 题\n",
    ]
    lines += [
        f"\n{_bar_name(name)} {blocks(trend.mean)} {trend.mean:.0f}{_trend(trend)}"
        for name, trend in figures.bars.items()
    ]
    if figures.strongest and figures.weakest:
        lines.append(f"\n\n最拿手：{_citizen(figures.strongest, advice)}\n最该练：{_citizen(figures.weakest, advice)}")
    speak = advice.disc.styles[next_style].speak
    bar = f"，留意「{BAR_NAMES[figures.weakest_bar]}」" if figures.weakest_bar else ""
    suggestion = f" 下一题来一位{_citizen(next_style, advice)}{bar}。诀窍：{speak}。"
    return reply(bold("我的进度"), *lines, "\n\n", bold("下一步"), suggestion, buttons=menu())


def _trend(trend: Trend) -> str:
    """Compare the last attempts with the ones before."""
    if trend.change is None:
        return ""
    if abs(trend.change) < STEADY:
        return "（持平）"
    return f"（{'↑' if trend.change > 0 else '↓'}{abs(trend.change):.0f}）"


def _citizen(style: Style, advice: Advice) -> str:
    return f"{advice.disc.styles[style].name}（{style}）的群众"


def _bar_name(name: str) -> str:
    """Pad with full-width spaces, so that the bars stand below each other."""
    return BAR_NAMES[name].ljust(4, "\u3000")
