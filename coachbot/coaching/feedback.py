"""What to say about one reply: what was good, and the one thing to change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from coachbot.analysis.labels import ORDINAL, Assessment, Labels, Span
from coachbot.coaching.advice import Advice
from coachbot.coaching.content import Scenario
from coachbot.coaching.rubric import EMPATHY, Score, better

BAR_OF = dict.fromkeys(EMPATHY, "empathy") | {"next_step": "guidance", "disc": "fit", "pitfalls": "civility"}
LONGEST_QUOTE = 24
SURE_ENOUGH = 0.6
"""A pitfall that is less likely than this accuses nobody; its bar says that the machine is unsure."""


@dataclass(frozen=True, slots=True)
class Praise:
    """Something good, with the trainee's own words where they can be shown."""

    what: str
    quote: str | None


@dataclass(frozen=True, slots=True)
class OneChange:
    """The single thing to change."""

    topic: str
    do: str
    why: str
    say: str
    norm: str | None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """All that one feedback message shows; bars in `doubtful` are those the machine is unsure of."""

    score: Score
    praise: Praise | None
    change: OneChange | None
    doubtful: frozenset[str]


def give(reply: str, assessment: Assessment, scenario: Scenario, advice: Advice) -> Feedback:
    """Work out score, praise and the one change for a scorable reply."""
    phrases = advice.phrases_in(reply)
    score = score_of(assessment.labels, reply, scenario, advice)
    doubtful = frozenset(BAR_OF[name] for name in assessment.abstain if scenario.open or name != "exploration")
    return Feedback(
        score=score,
        praise=_praise(reply, assessment, scenario, advice),
        change=_change(reply, assessment, scenario, advice, phrases),
        doubtful=doubtful,
    )


def score_of(labels: Labels, reply: str, scenario: Scenario, advice: Advice) -> Score:
    """Score a reply in its scene, forbidden phrases included."""
    count = len(advice.phrases_in(reply))
    return advice.rubric.score(labels, scenario.disc, open_=scenario.open, phrases=count)


def quote(reply: str, spans: Iterable[Span]) -> str | None:
    """The trainee's own words at the longest span, cut to a readable length."""
    longest = max(spans, key=lambda span: span[1] - span[0], default=None)
    if longest is None:
        return None
    words = reply[longest[0] : longest[1]].strip()
    return words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1] + "…"


def clause_around(reply: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Widen spans to the clauses they stand in, so that a quote reads like speech."""
    stops = "。！？；，!?;,\n"
    wide = []
    for first, last in spans:
        start = max((reply.rfind(stop, 0, first) + 1 for stop in stops), default=0)
        end = min((at for stop in stops if (at := reply.find(stop, last)) >= 0), default=len(reply))
        wide.append((start, end))
    return tuple(wide)


def _shows(labels: Labels, name: str) -> bool:
    """Whether a value is worth praise: an answer that merely fits the case is not yet understanding."""
    value: int = getattr(labels, name)
    return value > (1 if name == "interpretation" else 0)


def _praise(reply: str, assessment: Assessment, scenario: Scenario, advice: Advice) -> Praise | None:
    """Praise the highest value; what the machine doubts or does not see is not praised."""
    labels, found = assessment.labels, assessment.evidence
    ranked = sorted(
        (name for name in ORDINAL if _shows(labels, name) and name not in assessment.abstain),
        key=lambda name: (-getattr(labels, name), ORDINAL.index(name)),
    )
    fits = scenario.disc in labels.disc and "disc" not in assessment.abstain
    if ranked and (getattr(labels, ranked[0]) == 2 or not fits):
        name = ranked[0]
        words = quote(reply, clause_around(reply, found.ordinal.get(name, ())))
        return Praise(advice.dimensions[name].praise[getattr(labels, name)], words)
    if fits:
        words = quote(reply, clause_around(reply, found.disc.get(scenario.disc, ())))
        return Praise(advice.disc.styles[scenario.disc].praise, words)
    return None


def _change(
    reply: str, assessment: Assessment, scenario: Scenario, advice: Advice, phrases: Mapping[str, tuple[Span, ...]]
) -> OneChange | None:
    """The change that would raise the score most; what does harm comes before what is missing."""
    labels = assessment.labels
    for name, spans in phrases.items():
        rule = advice.phrases[name]
        return OneChange(rule.name, rule.do, rule.why, rule.say, rule.norm, quote(reply, spans))
    chances = assessment.confidence.pitfalls
    accused = [one for one in labels.pitfalls if chances.get(one, 0.0) >= SURE_ENOUGH]
    if accused:
        name = max(accused, key=lambda one: chances.get(one, 0.0))
        pitfall = advice.pitfalls[name]
        say = scenario.say.emotional_reaction if name == "preaching" else scenario.say.next_step
        spans = clause_around(reply, assessment.evidence.pitfalls.get(name, ()))
        return OneChange(pitfall.name, pitfall.do, pitfall.why, say, pitfall.norm, quote(reply, spans))
    now = score_of(labels, reply, scenario, advice).total
    gains: dict[str, int] = {}
    for name in ORDINAL:
        improved = better(labels, name)
        if improved and (scenario.open or name != "exploration"):
            gains[name] = score_of(improved, reply, scenario, advice).total - now
    if scenario.disc not in labels.disc:
        fitting = replace(labels, disc=(*labels.disc, scenario.disc))
        gains["disc"] = score_of(fitting, reply, scenario, advice).total - now
    if not gains:
        return None
    name = max(gains, key=lambda one: (one not in assessment.abstain, gains[one]))
    return _advise(name, labels, scenario, advice)


def _advise(name: str, labels: Labels, scenario: Scenario, advice: Advice) -> OneChange:
    if name == "disc":
        style = advice.disc.styles[scenario.disc]
        return OneChange(f"对{style.name}的说法", style.change.do, style.change.why, scenario.say.style, None)
    dimension = advice.dimensions[name]
    change = dimension.change[getattr(labels, name)]
    return OneChange(dimension.name, change.do, change.why, getattr(scenario.say, name) or "", dimension.norm)
