"""Normalisation keeps every character's place."""

from hypothesis import given
from hypothesis import strategies as st

from coachbot.analysis.text import Text


@given(st.text())
def test_every_character_knows_its_origin(original: str) -> None:
    text = Text.of(original)
    assert len(text.origins) == len(text.chars)
    assert list(text.origins) == sorted(text.origins)
    assert all(0 <= origin < len(original) for origin in text.origins)


@given(st.text(min_size=1), st.data())
def test_a_span_lies_within_the_original(original: str, data: st.DataObject) -> None:
    text = Text.of(original)
    if text.chars:
        start = data.draw(st.integers(0, len(text.chars) - 1))
        end = data.draw(st.integers(start + 1, len(text.chars)))
        first, last = text.span(start, end)
        assert 0 <= first < last <= len(original)


def test_forms_that_mean_the_same_read_the_same() -> None:
    plain = Text.of("您的身份证带了吗?3号窗口").chars
    assert Text.of("妳的身份證帶了嗎？３號窗口").chars == plain
    assert Text.of("你 的 身份证 带了吗？ 3号窗口 😊").chars == plain
    assert Text.of("你的app坏了").chars == Text.of("您的ＡＰＰ坏了").chars
    assert Text.of("use the app").chars == "use the app"
