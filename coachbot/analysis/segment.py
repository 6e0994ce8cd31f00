"""Word segmentation: the only file that imports jieba."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # jieba's own source has invalid escapes
    import jieba

jieba.setLogLevel(logging.WARNING)

_tokenizer = jieba.Tokenizer()


def prepare(words: Iterable[str], cache: Path) -> None:
    """Load the dictionary and the domain words.

    Args:
        words: domain words that must stay whole (办事指南, 居住证 …).
        cache: a folder of this user's own; jieba's default is a temporary folder shared by everybody.
    """
    cache.mkdir(parents=True, exist_ok=True)
    _tokenizer.tmp_dir = str(cache)
    _tokenizer.initialize()
    for word in words:
        if _tokenizer.FREQ.get(word, 0) == 0:
            _tokenizer.add_word(word)
    cut.cache_clear()


@lru_cache(maxsize=4096)
def cut(chars: str) -> tuple[tuple[str, int, int], ...]:
    """Segment normalised text into (word, start, end); the pieces cover the text."""
    pieces = []
    start = 0
    for word in _tokenizer.cut(chars):
        pieces.append((word, start, start + len(word)))
        start += len(word)
    return tuple(pieces)


def words_of(path: Path) -> list[str]:
    """Read a word list: one word a line, `#` starts a comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [word for line in lines if (word := line.split("#")[0].strip())]
