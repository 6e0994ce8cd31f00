"""Logging: one line an event on standard error, secrets never in it."""

from __future__ import annotations

import logging
import re
import sys

from coachbot.settings import Settings

_secrets: set[str] = set()
_TOKEN = re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{30,}")


def redact(text: str) -> str:
    """Blank out the token, and anything that looks like one."""
    for secret in _secrets:
        text = text.replace(secret, "***")
    return _TOKEN.sub("***", text)


class _Redacting(logging.Formatter):
    """Formats a whole record, traceback included, and then blanks out secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the safe line."""
        return redact(super().format(record))


def set_up(settings: Settings) -> None:
    """Log to standard error; HTTP libraries, which log addresses with the token in them, only when they warn."""
    if settings.token:
        _secrets.add(settings.token)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("coachbot").setLevel(settings.log_level.upper())
