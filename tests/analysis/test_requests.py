"""Requests in plain Chinese, and sentences that only look like them."""

import pytest

from coachbot.analysis.requests import RequestRecognizer
from coachbot.dialogue.state import Coach


@pytest.mark.parametrize(
    ("said", "request_"),
    [
        ("来一题", "practice"), ("再给我来一题呗", "practice"), ("看看我的进度", "progress"),
        ("我最近练得怎么样了", "progress"),
        ("这个怎么用呀", "help"), ("你好呀", "start"), ("给我看看参考答案", "answer"), ("我想再写一次", "again"),
    ],
)  # fmt: skip
def test_requests_are_recognised(coach: Coach, said: str, request_: str) -> None:
    assert coach.recognizer.recognize(said) == request_


@pytest.mark.parametrize(
    "said",
    [
        "我帮您看看进度", "您的进度我帮您查一下，稍等", "您先坐，我来帮您", "您再写一次名字，笔画写清楚",
        "下一位请到三号窗口",
        "我教您怎么用自助机，跟我来", "您要的参考样表在这儿，照着填就行", "帮助您是应该的，材料给我看看",
    ],
)  # fmt: skip
def test_replies_are_not_requests(coach: Coach, said: str) -> None:
    assert coach.recognizer.recognize(said, awaiting_reply=True) is None


def test_below_the_threshold_nothing_is_guessed(coach: Coach) -> None:
    assert coach.recognizer.recognize("量子纠缠到底是怎么回事") is None
    assert coach.recognizer.recognize("") is None


def test_it_learns_from_its_examples_alone() -> None:
    small = RequestRecognizer({"practice": ["来一题", "出个题"], "help": ["怎么用", "帮助"]}, ["您好请坐", "今天好冷"])
    assert small.recognize("来一题！") == "practice"
