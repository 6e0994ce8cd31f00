"""One thing to change, in the trainee's own words."""

from hypothesis import given
from hypothesis import strategies as st

from coachbot.analysis.labels import ORDINAL, PITFALLS, STYLES, Assessment, Confidence, Evidence, Labels
from coachbot.coaching import feedback
from coachbot.coaching.advice import Advice
from coachbot.coaching.content import Library
from tests.conftest import ROOT

ADVICE = Advice.load(ROOT / "intents")
SCENES = sorted(Library.load(ROOT / "training_data"), key=lambda scene: scene.id)
CLOSED = next(scene for scene in SCENES if not scene.open)
OPEN = next(scene for scene in SCENES if scene.open)
REPLY = "您先别急，材料我看看。谁让您不早点来！"


def assessment(labels: Labels, evidence: Evidence | None = None, abstain: tuple[str, ...] = ()) -> Assessment:
    sure = Confidence(dict.fromkeys(ORDINAL, 0.9), {}, dict.fromkeys(labels.pitfalls, 0.9))
    return Assessment(labels, sure, abstain, evidence or Evidence())


def test_harm_comes_before_what_is_missing() -> None:
    labels = Labels(emotional_reaction=1, pitfalls=("blaming",))
    given = feedback.give(REPLY, assessment(labels, Evidence(pitfalls={"blaming": ((11, 13),)})), CLOSED, ADVICE)
    assert given.change and given.change.topic == "指责" and given.change.quote == "谁让您不早点来"


def test_praise_quotes_the_clause() -> None:
    labels = Labels(emotional_reaction=1)
    given = feedback.give(
        REPLY, assessment(labels, Evidence(ordinal={"emotional_reaction": ((2, 4),)})), CLOSED, ADVICE
    )
    assert given.praise and given.praise.quote == "您先别急"


def test_nothing_to_change_in_a_perfect_reply() -> None:
    labels = Labels(2, 2, 2, 2, disc=(OPEN.disc,))
    assert feedback.give("好", assessment(labels), OPEN, ADVICE).change is None


def test_exploration_is_not_asked_of_a_closed_scene() -> None:
    labels = Labels(2, 2, 0, 2, disc=(CLOSED.disc,))
    given = feedback.give("好", assessment(labels, abstain=("exploration",)), CLOSED, ADVICE)
    assert given.change is None and not given.doubtful


def test_a_hint_at_a_rating_is_the_first_thing_to_change() -> None:
    given = feedback.give("办好了，给个好评哦", assessment(Labels(next_step=2)), CLOSED, ADVICE)
    assert given.change and given.change.norm == "好差评"


@given(
    st.builds(
        Labels,
        **{name: st.integers(0, 2) for name in ORDINAL},
        disc=st.sets(st.sampled_from(STYLES)).map(tuple),
        pitfalls=st.sets(st.sampled_from(PITFALLS)).map(tuple),
    ),
    st.sampled_from(SCENES),
)
def test_the_one_change_always_says_what_why_and_how(labels: Labels, scene: object) -> None:
    assert isinstance(scene, type(OPEN))
    given = feedback.give(REPLY, assessment(labels), scene, ADVICE)
    if given.change:
        assert given.change.do and given.change.why and given.change.say
    else:
        assert given.score.total == 100


def test_a_doubtful_pitfall_accuses_nobody() -> None:
    labels = Labels(pitfalls=("cold",))
    unsure = Confidence(dict.fromkeys(ORDINAL, 0.9), {}, {"cold": 0.45})
    given = feedback.give(REPLY, Assessment(labels, unsure, ("pitfalls",), Evidence()), CLOSED, ADVICE)
    assert given.change and given.change.topic != "生硬冷漠" and "civility" in given.doubtful
