"""Speed as ratios, side by side in one run: `make bench`. Nothing here asserts on seconds."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from coachbot.analysis import corpus, training
from coachbot.analysis.classifier import ReplyClassifier
from coachbot.analysis.labels import Exchange
from coachbot.analysis.segment import cut
from coachbot.models import Models, Trained
from tests.benchmarks.baseline import Plain
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def rows() -> list[corpus.Row]:
    return corpus.load([ROOT / "training_data" / "replies"])[0]


@pytest.fixture(scope="session")
def plain(rows: list[corpus.Row], trained: Trained) -> Plain:
    return Plain(rows)


@pytest.fixture
def replies(rows: list[corpus.Row]) -> Iterator[Exchange]:
    return itertools.cycle([row.exchange for row in rows[:500]])


def fresh(replies: Iterator[Exchange]) -> tuple[tuple[list[Exchange]], dict[str, Any]]:
    """The next reply, and no memory of having cut it before."""
    cut.cache_clear()
    return ([next(replies)],), {}


@pytest.mark.benchmark(group="one reply, warm, jieba included, labels and probabilities")
def test_one_reply(benchmark: BenchmarkFixture, classifier: ReplyClassifier, replies: Iterator[Exchange]) -> None:
    benchmark.pedantic(classifier.predict, setup=lambda: fresh(replies), rounds=500)


@pytest.mark.benchmark(group="one reply, warm, jieba included, labels and probabilities")
def test_one_reply_plain(benchmark: BenchmarkFixture, plain: Plain, replies: Iterator[Exchange]) -> None:
    benchmark.pedantic(plain.predict, setup=lambda: fresh(replies), rounds=500)


@pytest.mark.benchmark(group="one reply with evidence")
def test_one_reply_with_evidence(
    benchmark: BenchmarkFixture, classifier: ReplyClassifier, replies: Iterator[Exchange]
) -> None:
    def assess(given: list[Exchange]) -> None:
        classifier.assess(given[0])

    benchmark.pedantic(assess, setup=lambda: fresh(replies), rounds=500)


@pytest.mark.benchmark(group="10,000 replies in batch")
@pytest.mark.parametrize("which", ["coachbot", "plain"])
def test_batch(
    benchmark: BenchmarkFixture, which: str, classifier: ReplyClassifier, plain: Plain, rows: list[corpus.Row]
) -> None:
    many = list(itertools.islice(itertools.cycle([row.exchange for row in rows]), 10_000))
    benchmark.pedantic((classifier if which == "coachbot" else plain).predict, args=(many,), rounds=1)


@pytest.mark.benchmark(group="load the model")
def test_load(benchmark: BenchmarkFixture, models: Models, trained: Trained) -> None:
    ReplyClassifier.load(models.folder)
    tracemalloc.start()
    kept = ReplyClassifier.load(models.folder)
    benchmark.extra_info["megabytes in memory"] = round(tracemalloc.get_traced_memory()[0] / 1e6, 1)
    tracemalloc.stop()
    assert kept.weights.shape[1] > 0
    benchmark.pedantic(ReplyClassifier.load, args=(models.folder,), rounds=3)


@pytest.mark.benchmark(group="train on the whole corpus")
def test_train(benchmark: BenchmarkFixture, rows: list[corpus.Row], classifier: ReplyClassifier) -> None:
    data = ROOT / "training_data"
    lines = [Path(data / f"{name}.txt").read_text(encoding="utf-8").splitlines() for name in ("on_topic", "off_topic")]
    strays = training.Strays(*lines)
    benchmark.pedantic(training.fit, args=(rows, strays, classifier.vectors.lexicon), rounds=1)


@pytest.mark.benchmark(group="train on the whole corpus")
def test_train_plain(benchmark: BenchmarkFixture, rows: list[corpus.Row]) -> None:
    benchmark.pedantic(Plain, args=(rows,), rounds=1)
