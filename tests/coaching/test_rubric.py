"""The rubric is fair."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachbot.analysis.labels import ORDINAL, PITFALLS, STYLES, Labels, Style
from coachbot.coaching.advice import Advice
from coachbot.coaching.rubric import Rubric, better
from tests.conftest import ROOT

ADVICE = Advice.load(ROOT / "intents")
RUBRIC: Rubric = ADVICE.rubric

labels = st.builds(
    Labels,
    **{name: st.integers(0, 2) for name in ORDINAL},
    disc=st.sets(st.sampled_from(STYLES)).map(tuple),
    pitfalls=st.sets(st.sampled_from(PITFALLS)).map(tuple),
)
types = st.none() | st.sampled_from(STYLES)


@given(labels, types, st.booleans(), st.sampled_from(ORDINAL))
def test_a_better_value_never_lowers_the_score(one: Labels, disc: Style | None, open_: bool, name: str) -> None:
    improved = better(one, name)
    if improved:
        assert RUBRIC.score(improved, disc, open_=open_).total >= RUBRIC.score(one, disc, open_=open_).total


@given(labels, types, st.booleans(), st.sampled_from(PITFALLS))
def test_a_pitfall_always_lowers_it(one: Labels, disc: Style | None, open_: bool, pitfall: str) -> None:
    if pitfall not in one.pitfalls:
        worse = Labels.from_dict(one.to_dict() | {"pitfalls": [*one.pitfalls, pitfall]})
        assert RUBRIC.score(worse, disc, open_=open_).total < RUBRIC.score(one, disc, open_=open_).total


def test_every_pitfall_costs_even_the_poorest_reply() -> None:
    """All counts of pitfalls, and a forbidden phrase on top, on the lowest score that there is."""
    for disc in (None, *STYLES):
        for open_ in (True, False):
            totals = [RUBRIC.score(Labels(pitfalls=PITFALLS[:n]), disc, open_=open_).total for n in range(7)]
            totals.append(RUBRIC.score(Labels(pitfalls=PITFALLS), disc, open_=open_, phrases=1).total)
            assert totals == sorted(set(totals), reverse=True)


@given(labels, types, st.booleans())
def test_a_hint_at_a_good_rating_lowers_it(one: Labels, disc: Style | None, open_: bool) -> None:
    assert RUBRIC.score(one, disc, open_=open_, phrases=1).total < RUBRIC.score(one, disc, open_=open_).total


@given(labels, types)
def test_exploration_counts_only_where_something_is_left_to_ask(one: Labels, disc: Style | None) -> None:
    totals = {
        RUBRIC.score(Labels.from_dict(one.to_dict() | {"exploration": value}), disc, open_=False).total
        for value in (0, 1, 2)
    }
    assert len(totals) == 1


@given(labels, types, st.booleans())
def test_every_figure_is_between_0_and_100(one: Labels, disc: Style | None, open_: bool) -> None:
    score = RUBRIC.score(one, disc, open_=open_)
    assert all(0 <= value <= 100 for value in (score.total, *score.bars.values()))
    assert ("fit" in score.bars) == (disc is not None)


@pytest.mark.parametrize("disc", STYLES)
def test_settling_the_matter_at_the_counter_reaches_100(disc: Style) -> None:
    best = Labels(emotional_reaction=2, interpretation=2, next_step=2, disc=(disc,))
    assert RUBRIC.score(best, disc, open_=False).total == 100
    assert RUBRIC.score(best, disc, open_=True).total < 100


@pytest.mark.parametrize(
    ("reply", "hits"),
    [
        ("办好了，麻烦给个五星好评哦", 1),
        ("您方便的话点个非常满意", 1),
        ("别给我差评就行", 1),
        ("不用给好评，办好就行", 0),
        ("您的评价我们会认真看", 0),
        ("材料都齐了，您慢走", 0),
        ("评价是自愿的，您如实写", 0),
    ],
)
def test_hints_at_a_rating_are_found(reply: str, hits: int) -> None:
    assert len(ADVICE.phrases_in(reply)) == hits


def test_an_unfair_rubric_is_refused(tmp_path: Path) -> None:
    for file in (ROOT / "intents").glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    broken = (ROOT / "intents" / "rubric.yaml").read_text(encoding="utf-8").replace("[0, 60, 100]", "[0, 60, 50]")
    (tmp_path / "rubric.yaml").write_text(broken, encoding="utf-8")
    with pytest.raises(ValueError, match=r"rubric\.yaml:\d+: .*points must rise"):
        Advice.load(tmp_path)
