"""What goes to Telegram is always valid."""

import html
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from coachbot.channels.telegram import UNITS_AT_MOST, render
from coachbot.dialogue.messages import Piece, code, parse_code
from tests.support.fake_telegram import TAG

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=3000)
pieces = st.lists(st.builds(Piece, text=texts, mark=st.sampled_from(["", "b", "i", "q"])), min_size=1, max_size=6)


class Balanced(HTMLParser):
    """Fails on a tag that does not close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(pieces)
def test_messages_are_valid_html_of_legal_length(given_: list[Piece]) -> None:
    messages = render(given_)
    assert messages
    for message in messages:
        parser = Balanced()
        parser.feed(message)
        parser.close()
        assert not parser.open
        visible = html.unescape(TAG.sub("", message))
        assert 0 < len(visible.encode("utf-16-le")) // 2 <= UNITS_AT_MOST
        assert set(re.findall(r"<(/?\w+)", message)) <= {"b", "/b", "i", "/i", "blockquote", "/blockquote"}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20000))
def test_nothing_is_lost_in_splitting(text: str) -> None:
    messages = render([Piece(text=text)])
    if any(not c.isspace() for c in text):
        joined = html.unescape("".join(messages))
        assert [c for c in joined if not c.isspace()] == [
            c for c in html.unescape(html.escape(text)) if not c.isspace()
        ]


@given(st.sampled_from(["guess", "again", "do"]), st.lists(st.integers(0, 10**12).map(str), max_size=3))
def test_codes_are_short_ascii_and_come_back(action: str, arguments: list[str]) -> None:
    made = code(action, *arguments)
    assert made.isascii() and len(made.encode()) <= 64
    assert parse_code(made) == (action, arguments)


@given(st.text(max_size=70))
def test_any_code_is_parsed_or_refused(raw: str) -> None:
    parsed = parse_code(raw)
    assert parsed is None or code(parsed[0], *parsed[1]) == raw
