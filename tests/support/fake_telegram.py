"""A messenger of our own: keeps what bots send, hands out what people say, and forgets nothing."""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import re
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

from telegram.request import BaseRequest, RequestData

from tests.support.botapi import Specification

TOKEN = "123456:test-token-that-must-never-show-abcdefgh"
TAG = re.compile(r"</?(b|i|blockquote)>")


@dataclass
class Message:
    """One message that a bot sent."""

    id: int
    chat: int
    markup: str
    buttons: list[tuple[str, str]]

    @property
    def text(self) -> str:
        return html.unescape(TAG.sub("", self.markup))


@dataclass
class FakeTelegram:
    """The state of the messenger; `call` is one Bot API call."""

    spec: Specification | None = None
    updates: list[dict[str, Any]] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    failures: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    confirmed: int = 0
    handed: int = 0
    _next: int = 1000
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def push(self, update: dict[str, Any]) -> int:
        """Let an update wait for the bot; returns its update_id."""
        self._next += 1
        self.updates.append({"update_id": self._next, **update})
        self.news.set()
        return self._next

    def say(self, user: int, text: str | None, **more: Any) -> int:
        """A person writes."""
        message = {"message_id": self._next, "date": 1_780_000_000, "chat": _chat(user), "from": _user(user), **more}
        if text is not None:
            message["text"] = text
        return self.push({"message": message})

    def press(self, user: int, data: str, message: int = 1) -> int:
        """A person presses a button."""
        query = {
            "id": f"q{self._next}", "from": _user(user), "chat_instance": "c", "data": data,
            "message": {"message_id": message, "date": 1_780_000_000, "chat": _chat(user)},
        }  # fmt: skip
        return self.push({"callback_query": query})

    def to(self, user: int) -> list[Message]:
        """All messages that a person got."""
        return [message for message in self.sent if message.chat == user]

    def call(self, method: str, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer one call; returns (HTTP status, JSON)."""
        self.calls.append((method, params))
        if self.spec:
            self.problems += self.spec.check(method, params)
        if method == "sendMessage":
            return self._send(params)
        if method == "getUpdates":
            self.confirmed = max(self.confirmed, int(params.get("offset", 0)))
            self.updates = [one for one in self.updates if one["update_id"] >= self.confirmed]
            given = self.updates[: int(params.get("limit", 100))]
            self.handed = max([self.handed, *(one["update_id"] for one in given)])
            return _ok(given)
        if method == "getMe":
            return _ok({"id": 1, "is_bot": True, "first_name": "教练", "username": "coach_test_bot"})
        if method == "answerCallbackQuery":
            self.answered.append(str(params["callback_query_id"]))
        return _ok(True)

    def _send(self, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        chat = int(params["chat_id"])
        if self.failures:
            return self.failures.pop(0)
        if chat in self.blocked:
            return error(403, "Forbidden: bot was blocked by the user")
        rows = (params.get("reply_markup") or {}).get("inline_keyboard", [])
        buttons = [(button["text"], button["callback_data"]) for row in rows for button in row]
        for _, data in buttons:
            if not 1 <= len(data.encode()) <= 64:
                self.problems.append(f"callback_data of {len(data.encode())} bytes")
        text = str(params["text"])
        if len(html.unescape(TAG.sub("", text)).encode("utf-16-le")) // 2 > 4096:
            self.problems.append("a message of more than 4096 units")
        self._next += 1
        self.sent.append(Message(self._next, chat, text, buttons))
        return _ok({"message_id": self._next, "date": 1_780_000_000, "chat": _chat(chat), "text": text})


def error(code: int, description: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
    """An error as Telegram words it."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return code, body | ({"parameters": parameters} if parameters else {})


def _ok(result: Any) -> tuple[int, dict[str, Any]]:
    return 200, {"ok": True, "result": result}


def _chat(user: int) -> dict[str, Any]:
    return {"id": user, "type": "private", "first_name": f"学员{user}"}


def _user(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": f"学员{user}"}


def parse_body(body: bytes) -> dict[str, Any]:
    """Read form fields as the Bot API does: JSON where it is JSON."""
    fields = urllib.parse.parse_qs(body.decode(), keep_blank_values=True)
    return {name: _value(values[0], name) for name, values in fields.items()}


def _value(raw: str, name: str) -> Any:
    if name in {"text", "data", "description"}:
        return raw
    try:
        return json.loads(raw)
    except json.JSONDecodeError:
        return raw


class FakeRequest(BaseRequest):
    """The seam of python-telegram-bot: no network, the same calls."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self._telegram = telegram

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        name = url.rsplit("/", 1)[1]
        params = dict(request_data.parameters) if request_data else {}
        if name == "getUpdates":
            status, body = self._telegram.call(name, params)
            if not body.get("result"):
                self._telegram.news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._telegram.news.wait(), 5)
                status, body = self._telegram.call(name, params)
        else:
            status, body = self._telegram.call(name, params)
        return status, json.dumps(body).encode()
