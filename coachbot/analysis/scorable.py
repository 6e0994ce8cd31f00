"""Whether a reply can be scored at all, and if not, why: rules that need no training.

Off-topic text is the classifier's own question (it needs training); everything that can be told from the
characters alone is told here.
"""

from __future__ import annotations

from typing import Literal

from coachbot.analysis.features import longest_common, overlap
from coachbot.analysis.segment import cut
from coachbot.analysis.text import Text, is_han

Reason = Literal["empty", "foreign", "gibberish", "copied_citizen", "copied_answer", "off_topic"]

NONSENSE: frozenset[str] = frozenset({"empty", "foreign", "gibberish", "off_topic"})
"""Reasons for which the codebook's case 7 holds: all zeros, empty sets."""

_SAME = 0.85
_ANSWER_SAME = 0.8
_ANSWER_WHOLE = 0.6
"""A sentence that also stands in the model answer (advice taken, say) is no copy of it; most of it is."""


def unscorable(reply: Text, citizen: Text, answer: Text | None = None) -> Reason | None:
    """Say why a reply cannot be scored, or None; `answer` is the model answer where one is known."""
    letters = [c for c in reply.chars if c.isalnum()]
    han = [c for c in letters if is_han(c)]
    if not letters:
        return "empty"
    if len(han) * 3 < len(letters) and sum(c.isalpha() and not is_han(c) for c in letters) > len(han):
        return "foreign"
    if not han or _is_noise(han):
        return "gibberish"
    if _copies(reply.chars, citizen.chars, _SAME):
        return "copied_citizen"
    whole = answer is not None and len(reply.chars) >= _ANSWER_WHOLE * len(answer.chars)
    if answer is not None and whole and _copies(reply.chars, answer.chars, _ANSWER_SAME):
        return "copied_answer"
    return None


def _is_noise(han: list[str]) -> bool:
    """Whether Han characters make no words: one character over and over, or a heap of loose rare characters."""
    if len(han) >= 4 and len(set(han)) <= len(han) / 4:
        return True
    pieces = cut("".join(han))
    if len(han) < 6:
        return False
    covered = sum(end - start for word, start, end in pieces if end - start > 1)
    loose = [word for word, start, end in pieces if end - start == 1]
    return covered < 0.15 * len(han) and sum(word not in _COMMON for word in loose) > 0.6 * len(han)


_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"
    "民得经三之进等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义"
    "事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提"
    "直题程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决"
    "西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再"
    "采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石"
    "记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历"
    "市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参"
    "红细引听该铁价严您咱吗呢吧啊哦嗯呀嘛哈请谢等帮急慢坐窗卡材料拿填交"
)
"""Characters so frequent that standing alone says nothing (from the frequency order of modern Chinese)."""


def _copies(reply: str, source: str, share: float) -> bool:
    """Whether the reply says nothing beside what the source says."""
    mine, theirs = _bare(reply), _bare(source)
    if len(mine) < 4 or not theirs:
        return False
    if mine in theirs:
        return True
    _, _, run = longest_common(mine, theirs)
    return run >= 0.8 * len(mine) or (len(mine) >= 10 and overlap(mine, theirs) >= share)


def _bare(chars: str) -> str:
    return "".join(c for c in chars if c.isalnum())
