"""The classifier: trained on the shipped corpus, judged on scenes that it has not seen."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coachbot.analysis import corpus, training
from coachbot.analysis.classifier import MODEL_FILE, ModelError, ReplyClassifier
from coachbot.analysis.labels import DIMENSIONS, ORDINAL, Exchange, Labels
from coachbot.analysis.training import Strays
from coachbot.models import Models, Trained

CITIZEN = "别绕弯子，我跑了三趟了，今天到底能不能办？"
RUDE = Exchange("急什么急，都说几遍了，规定就是这样，办不了，下一个！", CITIZEN, "D")
KIND = Exchange("跑了三趟还没办成，换谁都窝火。您把身份证给我，现在就办，十分钟您拿证走。", CITIZEN, "D")
PLAIN = Exchange("好的，我看一下。", CITIZEN, "D")


def test_it_learned_something_that_holds_on_unseen_scenes(trained: Trained) -> None:
    report = trained.by_scene
    assert report is not None
    for name in ORDINAL:
        kappa = report.kappa[name]
        assert kappa is not None and kappa > 0.5, (name, kappa)
    assert (report.macro_f1["disc"] or 0) > 0.6 and (report.macro_f1["pitfalls"] or 0) > 0.5


def test_plain_cases(classifier: ReplyClassifier) -> None:
    rude, kind, plain = classifier.predict([RUDE, KIND, PLAIN])
    assert "impatient" in rude.pitfalls and rude.next_step == 0 and rude.emotional_reaction == 0
    assert kind.pitfalls == () and kind.next_step == 2 and kind.emotional_reaction == 2
    assert plain.emotional_reaction == 0 and plain.pitfalls == ()


def test_evidence_points_at_the_words(classifier: ReplyClassifier) -> None:
    found = classifier.assess(RUDE)
    spans = found.evidence.pitfalls["impatient"]
    words = "".join(RUDE.reply[start:end] for start, end in spans)
    assert "急" in words or "遍" in words


def test_deleting_the_evidence_takes_the_label_away(classifier: ReplyClassifier) -> None:
    found = classifier.assess(RUDE)
    left = list(RUDE.reply)
    for start, end in found.evidence.pitfalls["impatient"]:
        left[start:end] = " " * (end - start)
    again = classifier.assess(Exchange("".join(left), CITIZEN, "D"))
    assert again.confidence.pitfalls["impatient"] < found.confidence.pitfalls["impatient"] - 0.2


def test_one_by_one_and_together_are_the_same(classifier: ReplyClassifier) -> None:
    together = classifier.predict([RUDE, KIND, PLAIN])
    assert together == [classifier.assess(one).labels for one in (RUDE, KIND, PLAIN)]


def test_saved_and_loaded_it_is_the_same(classifier: ReplyClassifier, tmp_path: Path) -> None:
    classifier.save(tmp_path, {})
    loaded = ReplyClassifier.load(tmp_path)
    for one in (RUDE, KIND, PLAIN):
        assert loaded.assess(one) == classifier.assess(one)


def test_a_broken_model_is_an_error_and_not_a_guess(classifier: ReplyClassifier, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model"):
        ReplyClassifier.load(tmp_path)
    classifier.save(tmp_path, {})
    whole = (tmp_path / MODEL_FILE).read_bytes()
    (tmp_path / MODEL_FILE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="cannot be read"):
        ReplyClassifier.load(tmp_path)


def test_a_broken_model_in_the_data_folder_is_trained_again(
    models: Models, trained: Trained, caplog: pytest.LogCaptureFixture
) -> None:
    file = models.folder / MODEL_FILE
    whole = file.read_bytes()
    file.write_bytes(b"broken")
    assert models.load() is None and "trained again" in caplog.text
    file.write_bytes(whole)
    assert models.load() is not None


def rows(count: int) -> list[corpus.Row]:
    kinds = [
        Labels(emotional_reaction=2, disc=("S",)),
        Labels(next_step=2, disc=("D",)),
        Labels(pitfalls=("cold",)),
        Labels(exploration=1, disc=("C",)),
    ]
    said = ["不急，我陪您慢慢来", "身份证给我，现在就办", "规定就这样，下一个", "您身份证带了吗"]
    return [
        corpus.Row(str(i), Exchange(said[i % 4] + "，好" * (i % 3), CITIZEN, "D"), kinds[i % 4], f"s{i % 5}", "w")
        for i in range(count)
    ]


@pytest.mark.parametrize("count", [1, 3, 40])
def test_small_corpora_train_too(models: Models, classifier: ReplyClassifier, count: int) -> None:
    small, _ = training.fit(rows(count), Strays(), classifier.vectors.lexicon)
    assert len(small.predict([RUDE, KIND])) == 2


def test_training_is_deterministic(classifier: ReplyClassifier) -> None:
    one, first = training.fit(rows(40), Strays(["您稍等"], ["今天吃面"]), classifier.vectors.lexicon)
    two, second = training.fit(rows(40), Strays(["您稍等"], ["今天吃面"]), classifier.vectors.lexicon)
    assert first == second
    assert (one.weights == two.weights).all() and (one.bias == two.bias).all()
    assert one.assess(KIND) == two.assess(KIND)


def test_an_empty_corpus_is_refused(classifier: ReplyClassifier) -> None:
    with pytest.raises(ValueError, match="empty"):
        training.fit([], Strays(), classifier.vectors.lexicon)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reply=st.text(max_size=80), citizen=st.text(max_size=40))
def test_any_text_gets_a_whole_answer(classifier: ReplyClassifier, reply: str, citizen: str) -> None:
    found = classifier.assess(Exchange(reply, citizen, None))
    assert json.dumps(found.labels.to_dict())
    assert set(found.abstain) <= set(DIMENSIONS)
    everything = [*found.evidence.ordinal.values(), *found.evidence.disc.values(), *found.evidence.pitfalls.values()]
    for start, end in (span for spans in everything for span in spans):
        assert 0 <= start < end <= len(reply)
    chances = [*found.confidence.ordinal.values(), *found.confidence.disc.values(), *found.confidence.pitfalls.values()]
    assert all(0 <= chance <= 1 for chance in chances)
    if not any(c.isalnum() for c in reply):
        assert not found.scorable and found.labels == Labels()


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"), ("？！…… 😊", "empty"), ("hello how are you", "foreign"), ("asdf jkl", "foreign"),
        ("啊啊啊啊啊啊", "gibberish"), (CITIZEN, "copied_citizen"), ("今天到底能不能办", "copied_citizen"),
        ("好的", None), ("办不了", None), ("下一个", None), ("材料带了吗？", None),
        ("我帮您看看进度", None), ("您稍等，我查一下", None),
        ("您要查档案的话在二楼五号窗口，带身份证，下午两点前去", None),
    ],
)  # fmt: skip
def test_what_can_be_scored(classifier: ReplyClassifier, reply: str, reason: str | None) -> None:
    assert classifier.assess(Exchange(reply, CITIZEN, "D")).unscorable == reason
