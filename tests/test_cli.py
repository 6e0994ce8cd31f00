"""The commands, as a person or a program runs them."""

import json
from pathlib import Path
from typing import Any

import pytest

from coachbot.analysis.labels import DIMENSIONS, ORDINAL, PITFALLS, STYLES, Labels
from tests.support.fake_telegram import FakeTelegram
from tests.support.http_server import serve
from tests.support.process import coachbot

LINES: list[dict[str, Any]] = [
    {
        "id": "a",
        "citizen": "今天能不能办？",
        "citizen_disc": "D",
        "reply": "能办，身份证给我，十分钟拿证。",
        "extra": 1,
    },
    {"id": 2, "reply": "规定就这样，下一个！"},
    {"id": "c", "reply": "", "citizen": "在吗"},
]


def jsonl(*lines: object) -> bytes:
    return "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines).encode()


def test_classify_keeps_the_order_and_the_contract(ready_home: Path) -> None:
    done = coachbot(ready_home, "classify", stdin=jsonl(*LINES), LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == ["a", 2, "c"]
    for answer, line in zip(answers, LINES, strict=True):
        assert list(answer) == ["id", "labels", "fit", "score", "scorable", "abstain", "confidence", "evidence"]
        Labels.from_dict(answer["labels"])
        assert set(answer["abstain"]) <= set(DIMENSIONS)
        assert set(answer["confidence"]) == set(answer["evidence"]) == set(DIMENSIONS)
        assert set(answer["confidence"]["disc"]) == set(STYLES)
        assert set(answer["confidence"]["pitfalls"]) == set(PITFALLS)
        for name in ORDINAL:
            assert all(0 <= a < b <= len(str(line["reply"])) for a, b in answer["evidence"][name])
    assert answers[0]["fit"] in {True, False} and answers[1]["fit"] is None
    assert 0 <= answers[0]["score"] <= 100
    assert answers[2]["scorable"] is False and answers[2]["score"] is None


def test_bad_lines_are_named_and_the_others_answered(ready_home: Path) -> None:
    source = jsonl(
        "{oops", LINES[0], {"id": 3}, "[]", {"id": 5, "reply": "好", "citizen_disc": "X"}, {"id": 6, "reply": 7}
    )
    done = coachbot(ready_home, "classify", "-", stdin=source + b"\n\xff\xfe\n")
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a"]
    errors = done.stderr.decode().splitlines()
    assert [error.split(":")[0] for error in errors] == [f"line {number}" for number in (1, 3, 4, 5, 6, 7)]


def test_classify_reads_a_file_with_a_bom(ready_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + jsonl(LINES[0]))
    done = coachbot(ready_home, "classify", str(file))
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 1


def test_evaluate_prints_figures_for_people_and_programs(ready_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "gold.jsonl"
    labels = Labels(next_step=2, disc=("D",)).to_dict()
    file.write_bytes(
        jsonl({**LINES[0], "labels": labels}, {**LINES[1], "labels": Labels(pitfalls=("cold",)).to_dict()})
    )
    table = coachbot(ready_home, "evaluate", str(file))
    assert table.returncode == 0 and "emotional_reaction" in table.stdout.decode()
    figures = json.loads(coachbot(ready_home, "evaluate", "--json", str(file)).stdout)
    assert set(figures["quadratic_weighted_kappa"]) == set(ORDINAL) and set(figures["macro_f1"]) == set(DIMENSIONS)


def test_train_and_classify_with_a_folder_of_ones_own(tmp_path: Path, ready_home: Path) -> None:
    kinds = [Labels(next_step=2, disc=("D",)), Labels(pitfalls=("cold",))]
    rows = [
        {"id": str(i), "scenario": f"s{i % 6}", "citizen": "能办吗", "labels": kinds[i % 2].to_dict(),
         "reply": ("现在就办，" if i % 2 == 0 else "规定就这样，") * (i % 3 + 1)}
        for i in range(60)
    ]  # fmt: skip
    file = tmp_path / "rows.jsonl"
    file.write_bytes(jsonl(*rows))
    model = tmp_path / "model"
    trained = coachbot(ready_home, "train", "--replies", str(file), "--model", str(model))
    assert trained.returncode == 0, trained.stderr
    assert "next_step" in trained.stdout.decode()
    done = coachbot(
        ready_home, "classify", "--model", str(model), stdin=jsonl({"id": 1, "reply": "规定就这样，没办法"})
    )
    assert json.loads(done.stdout)["labels"]["pitfalls"] == ["cold"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["classify", "--model", "nowhere"], "no model in nowhere"),
        (["classify", "nowhere.jsonl"], "nowhere.jsonl"),
        (["evaluate", "nowhere.jsonl"], "nowhere.jsonl"),
        (["train", "--replies", "nowhere"], "nowhere"),
        (["bot"], "COACHBOT_TELEGRAM_TOKEN"),
    ],
)
def test_mistakes_are_one_sentence_and_exit_code_2(
    ready_home: Path, tmp_path: Path, arguments: list[str], says: str
) -> None:
    done = coachbot(ready_home, *arguments, cwd=tmp_path)
    assert done.returncode == 2
    error = [line for line in done.stderr.decode().splitlines() if line.startswith("coachbot:")]
    assert len(error) == 1 and says in error[0]
    assert "Traceback" not in done.stderr.decode()


def test_a_refused_token_is_one_sentence_without_the_token(ready_home: Path, tmp_path: Path) -> None:
    secret = "987654:wrong-token-wrong-token-wrong-token-1"
    with serve(FakeTelegram()) as http:
        done = coachbot(
            ready_home, "bot", cwd=tmp_path, COACHBOT_TELEGRAM_TOKEN=secret, COACHBOT_TELEGRAM_API_URL=http.url
        )
    assert done.returncode == 2 and "不认这个令牌" in done.stderr.decode()
    assert secret not in done.stderr.decode() + done.stdout.decode()


@pytest.mark.parametrize("url", ["nonsense", "postgresql://localhost/x"])
def test_a_database_that_cannot_be_used_is_one_sentence(ready_home: Path, tmp_path: Path, url: str) -> None:
    done = coachbot(ready_home, "chat", cwd=tmp_path, COACHBOT_DATABASE_URL=url)
    assert done.returncode == 2 and "COACHBOT_DATABASE_URL" in done.stderr.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COACHBOT_LOG_LEVEL", "foo"),
        ("COACHBOT_TELEGRAM_API_URL", "nonsense"),
        ("COACHBOT_TELEGRAM_TOKEN", "12 34"),
        ("COACHBOT_HOME", "/dev/null/x"),
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path: Path, name: str, value: str) -> None:
    done = coachbot(tmp_path, "chat", cwd=tmp_path, **{name: value})  # type: ignore[arg-type]
    assert done.returncode == 2 and "Traceback" not in done.stderr.decode()
    assert len([line for line in done.stderr.decode().splitlines() if line.startswith("coachbot:")]) == 1


def test_two_terminals_do_not_hear_each_other(ready_home: Path) -> None:
    coachbot(ready_home, "chat", "--as", "甲", stdin="来一题\n".encode())
    other = coachbot(ready_home, "chat", "--as", "乙", stdin=b"1\n")
    assert "这几句更像" not in other.stdout.decode()


def test_a_piped_chat_is_plain_text_line_by_line(ready_home: Path) -> None:
    said = "来一题\n5\n您别急，材料给我，我现在就帮您办，下午三点来三号窗口拿。\n1\n/progress\n".encode()
    done = coachbot(ready_home, "chat", "--as", "小王", stdin=said)
    out = done.stdout.decode("utf-8")
    assert done.returncode == 0, done.stderr
    assert "[1] D 支配型  [2] I 影响型" in out and "好，先不猜" in out and "得分 " in out and "练了 1 题" in out
    assert "\x1b" not in out
    later = coachbot(ready_home, "chat", "--as", "小王", stdin="我的进度\n".encode())
    assert "练了 1 题" in later.stdout.decode()
    other = coachbot(ready_home, "chat", "--as", "小李", stdin="我的进度\n".encode())
    assert "还没有练习记录" in other.stdout.decode()


def test_a_button_of_the_last_run_can_still_be_pressed(ready_home: Path) -> None:
    coachbot(ready_home, "chat", stdin="来一题\n".encode())
    done = coachbot(ready_home, "chat", stdin=b"1\n")
    assert "这几句更像" in done.stdout.decode()


def test_help_is_in_clear_words(ready_home: Path) -> None:
    shown = coachbot(ready_home, "--help").stdout.decode()
    assert all(command in shown for command in ("chat", "bot", "train", "classify", "evaluate"))
