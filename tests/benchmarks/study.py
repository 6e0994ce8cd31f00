"""The long evaluation of the model, as Markdown: `make study`. Looks at the locked part, and changes nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from random import Random

import numpy as np
from opencc import OpenCC

from coachbot.analysis import corpus, heads, segment, training
from coachbot.analysis.classifier import ReplyClassifier
from coachbot.analysis.evaluation import Report, compare
from coachbot.analysis.heads import HEADS, INDEX
from coachbot.analysis.labels import DIMENSIONS, ORDINAL, PITFALLS, STYLES, Exchange, Labels
from coachbot.models import STRAYS, Models
from coachbot.settings import Settings
from tests.benchmarks.baseline import Plain

COLUMNS = (*ORDINAL, "disc", "pitfalls")
BLUNT = ("急什么", "说几遍", "说过了吗", "没看我正忙", "下一个", "规定就", "爱办不办", "谁让你", "问别人去")


def say(line: str = "") -> None:
    """Print one line of the report."""
    sys.stdout.write(line + "\n")


def row(name: str, report: Report) -> str:
    """One line of an agreement table: kappa for the ordinals, macro-F1 for the sets."""
    figures = [report.kappa[one] if one in ORDINAL else report.macro_f1[one] for one in COLUMNS]
    return f"| {name} | " + " | ".join("–" if value is None else f"{value:.3f}" for value in figures) + " |"


def header(first: str) -> None:
    """Print the head of an agreement table."""
    say(f"| {first} | " + " | ".join(COLUMNS) + " |")
    say("|---" * (len(COLUMNS) + 1) + "|")


def votes(annotator: str) -> Iterator[tuple[Labels, str]]:
    """Labels of one annotator, before adjudication, with the reply's id; locked part only."""
    for file in corpus.files_of([Models(Settings.read()).replies]):
        if file.name.startswith(corpus.LOCKED):
            for line in file.read_text(encoding="utf-8").splitlines():
                raw = json.loads(line)
                for one in raw["annotations"]:
                    if one["annotator"] == annotator:
                        yield Labels.from_dict(one["labels"]), raw["id"]


def agreement(classifier: ReplyClassifier, plain: Plain, locked: Sequence[corpus.Row]) -> None:
    """Model, plain baseline and annotators side by side."""
    truth = [one.labels for one in locked]
    exchanges = [one.exchange for one in locked]
    found, simple = compare(truth, classifier.predict(exchanges)), compare(truth, plain.predict(exchanges))
    first, second = [label for label, _ in votes("a")], [label for label, _ in votes("b")]
    people = compare(first, second)
    say(f"\n## Agreement on the locked part ({len(locked)} replies)\n")
    header("who")
    for name, report in (
        ("annotator against annotator", people), ("model against the final labels", found),
        ("plain TF-IDF + LinearSVC", simple),
    ):  # fmt: skip
        say(row(name, report))
    say("\n| label | annotators F1 | model F1 | plain F1 |\n|---|---|---|---|")
    for name in ("disc", "pitfalls"):
        for label in STYLES if name == "disc" else PITFALLS:
            three = [report.per_label[name][label] for report in (people, found, simple)]
            say(f"| {label} | " + " | ".join("–" if value is None else f"{value:.3f}" for value in three) + " |")


def calibration(classifier: ReplyClassifier, locked: Sequence[corpus.Row]) -> None:
    """Expected calibration error, reliability, and accuracy against coverage."""
    chances = classifier.chances([one.exchange for one in locked])
    answers = heads.targets([one.labels for one in locked])
    say("\n## Calibration on the locked part\n")
    say("| dimension | ECE | sure (share) | right when sure | right when unsure |\n|---|---|---|---|---|")
    assessed = [classifier.assess(one.exchange) for one in locked]
    for name in DIMENSIONS:
        which = [number for (dimension, _), number in INDEX.items() if dimension == name]
        error = expected_error(chances[:, which].ravel(), answers[:, which].ravel())
        right = np.array(
            [getattr(a.labels, name) == getattr(one.labels, name) for a, one in zip(assessed, locked, strict=True)]
        )
        sure = np.array([name not in one.abstain for one in assessed])
        unsure = f"{right[~sure].mean():.3f}" if (~sure).any() else "–"
        say(f"| {name} | {error:.3f} | {sure.mean():.3f} | {right[sure].mean():.3f} | {unsure} |")
    say("\n| stated probability | answers | share that was yes |\n|---|---|---|")
    stated, was = chances[:, :-1].ravel(), answers[:, :-1].ravel()
    for low in np.arange(0, 1, 0.1):
        inside = (stated >= low) & (stated < low + 0.1 + 1e-9)
        say(f"| {low:.1f}–{low + 0.1:.1f} | {inside.sum()} | {was[inside].mean():.3f} |")


def expected_error(stated: np.ndarray, was: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over equal bins (Naeini et al. 2015)."""
    place = np.minimum((stated * bins).astype(int), bins - 1)
    gaps = [
        abs(stated[place == b].mean() - was[place == b].mean()) * (place == b).mean()
        for b in range(bins)
        if (place == b).any()
    ]
    return float(sum(gaps))


def disturbances() -> dict[str, Callable[[str], str]]:
    """Changes that must not change a label."""
    traditional = OpenCC("s2t")
    wide = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
    rng = Random(7)

    def typo(reply: str) -> str:
        at = [i for i, c in enumerate(reply) if "\u4e00" <= c <= "\u9fff"]
        if len(at) < 8:
            return reply
        i = rng.choice(at)
        return reply[:i] + rng.choice("的地得在再做作他她已以") + reply[i + 1 :]

    return {
        "traditional characters": traditional.convert,
        "full-width forms": lambda reply: reply.translate(wide),
        "你 for 您": lambda reply: reply.replace("您", "你"),
        "您 for 你": lambda reply: reply.replace("你", "您"),
        "trailing emoji": lambda reply: reply + "😊🙏",
        "no punctuation": lambda reply: "".join(c for c in reply if c.isalnum() or c.isspace()),
        "spaces between characters": " ".join,
        "one typo": typo,
    }


def robustness(classifier: ReplyClassifier, locked: Sequence[corpus.Row]) -> None:
    """Share of label values that stay after a disturbance."""
    plain = heads.targets(classifier.predict([one.exchange for one in locked]))
    say("\n## Robustness: share of answers that stay\n\n| change | answers stay | worst question |\n|---|---|---|")
    for name, change in disturbances().items():
        changed = [
            Exchange(change(one.exchange.reply), one.exchange.citizen, one.exchange.citizen_disc) for one in locked
        ]
        same = (heads.targets(classifier.predict(changed)) == plain)[:, :-1].mean(axis=0)
        worst = int(same.argmin())
        say(f"| {name} | {same.mean():.4f} | {'/'.join(HEADS[worst])} {same[worst]:.3f} |")


def evidence(classifier: ReplyClassifier, locked: Sequence[corpus.Row]) -> None:
    """Deleting the evidence against deleting as many random characters."""
    rng = Random(3)
    drops: list[tuple[float, float]] = []
    for one in locked:
        found = classifier.assess(one.exchange)
        for pitfall, spans in found.evidence.pitfalls.items():
            drops.append(_drops(classifier, one.exchange, spans, ("pitfalls", pitfall), rng))
        for style, spans in found.evidence.disc.items():
            drops.append(_drops(classifier, one.exchange, spans, ("disc", style), rng))
        for name, spans in found.evidence.ordinal.items():
            if spans:
                drops.append(_drops(classifier, one.exchange, spans, (name, f">={getattr(found.labels, name)}"), rng))
    mean = np.mean(drops, axis=0)
    say("\n## Evidence\n")
    say(f"{len(drops)} labels: deleting the evidence lowers the label's probability by {mean[0]:.3f} on average,")
    say(f"deleting as many random characters by {mean[1]:.3f}.")


def _drops(
    classifier: ReplyClassifier,
    exchange: Exchange,
    spans: Sequence[tuple[int, int]],
    head: tuple[str, str],
    rng: Random,
) -> tuple[float, float]:
    gone = {i for start, end in spans for i in range(start, end)}
    chance = set(rng.sample(range(len(exchange.reply)), min(len(gone), len(exchange.reply))))
    kept = [
        Exchange("".join(c for i, c in enumerate(exchange.reply) if i not in left), exchange.citizen)
        for left in (set(), gone, chance)
    ]
    all_, without, random = classifier.chances(kept)[:, INDEX[head]]
    return float(all_ - without), float(all_ - random)


def blunt(classifier: ReplyClassifier, locked: Sequence[corpus.Row]) -> None:
    """Precision and recall of pitfalls where a plain 忌语 stands."""
    marked = [one for one in locked if any(words in one.exchange.reply for words in BLUNT)]
    found = classifier.predict([one.exchange for one in marked])
    hits = sum(bool(one.labels.pitfalls) and bool(label.pitfalls) for one, label in zip(marked, found, strict=True))
    real, said = sum(bool(one.labels.pitfalls) for one in marked), sum(bool(label.pitfalls) for label in found)
    recall, precision = hits / max(real, 1), hits / max(said, 1)
    say(f"\nBlunt 忌语 ({len(marked)} replies, any pitfall): recall {recall:.3f}, precision {precision:.3f}.")


def learning(rows: Sequence[corpus.Row], locked: Sequence[corpus.Row], strays: training.Strays, models: Models) -> None:
    """Does more data still help? Whole writers are added, as they would be in life."""
    say("\n## Learning curve (on the locked part)\n")
    header("training replies")
    writers = sorted({one.writer for one in rows})
    Random(1).shuffle(writers)
    for share in (0.25, 0.5, 0.75, 1.0):
        kept = set(writers[: max(1, round(share * len(writers)))])
        some = [one for one in rows if one.writer in kept]
        classifier, _ = training.fit(some, strays, models.lexicon())
        found = classifier.predict([one.exchange for one in locked])
        say(row(f"{len(some)} ({len(kept)} writers)", compare([one.labels for one in locked], found)))


def main() -> None:
    """Run everything."""
    models = Models(Settings.read())
    rows, locked = corpus.load([models.replies])
    lines = [segment.words_of(models.replies.parent / f"{name}.txt") for name in STRAYS]
    classifier = models.load() or models.train(None, None, None).classifier
    writers, scenes = {one.writer for one in rows}, {one.scenario for one in rows}
    say("# Study\n")
    say(f"{len(rows)} replies by {len(writers)} writers on {len(scenes)} scenes for training, {len(locked)} locked.")
    agreement(classifier, Plain(rows), locked)
    blunt(classifier, locked)
    calibration(classifier, locked)
    robustness(classifier, locked)
    evidence(classifier, locked)
    learning(rows, locked, training.Strays(*lines), models)


if __name__ == "__main__":
    main()
