"""Telegram. The only file that imports `telegram`; it translates and decides nothing."""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)  # fmt: skip
from telegram.request import BaseRequest, HTTPXRequest

from coachbot.delivery.channel import Later, OutcomeUnknown, Refused, Unreachable
from coachbot.delivery.inbox import Message
from coachbot.dialogue.messages import Button, Incoming, Piece, Reply

log = logging.getLogger(__name__)

POLL_SECONDS = 30
UNITS_AT_MOST = 4096
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")
GONE = ("chat not found", "user is deactivated", "user not found", "bot was kicked", "have no rights to send")
COMMANDS = (("practice", "来一题"), ("progress", "我的进度"), ("help", "怎么用"))

Accept = Callable[[Iterable[Message]], Awaitable[None]]


class TokenRefused(Exception):
    """Telegram does not know the token."""


class IntakeBot(Bot):
    """A bot whose updates can be stored before anybody parses them."""

    async def raw_updates(self, offset: int | None, seconds: int) -> list[dict[str, Any]]:
        """Long-poll getUpdates and return plain JSON (https://core.telegram.org/bots/api#getupdates)."""
        data = {"offset": offset, "timeout": seconds, "allowed_updates": list(ALLOWED_UPDATES)}
        # a read timeout above the poll's own, or every quiet poll would end in TimedOut
        updates: list[dict[str, Any]] = await self._post("getUpdates", data, read_timeout=seconds + 10)
        return updates


class TelegramChannel:
    """The messenger: polling in, sending out."""

    name = "telegram"

    def __init__(self, token: str, api_url: str, request: BaseRequest | None = None) -> None:
        base = api_url.rstrip("/")
        self._bot = IntakeBot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=request or HTTPXRequest(connection_pool_size=64, read_timeout=15, connect_timeout=10),
            get_updates_request=request or HTTPXRequest(connection_pool_size=1),
        )
        self._acknowledging: set[asyncio.Task[None]] = set()

    async def open(self) -> str:
        """Connect and return the bot's user name; raises TokenRefused.

        An unreachable messenger is waited for: an operator may start the bot before the network is up.
        """
        pause = 1.0
        while True:
            try:
                await self._bot.initialize()
                break
            except InvalidToken:
                raise TokenRefused from None  # its text holds the token
            except (NetworkError, RetryAfter) as error:
                log.warning("Telegram cannot be reached yet (%s), trying again in %.0f s", type(error).__name__, pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 60)
        for settle in (self._bot.delete_webhook, self._set_commands):
            try:
                await settle()
            except TelegramError as error:  # a convenience; practice works without
                log.warning("Telegram: %s failed (%s)", settle.__name__, type(error).__name__)
        return self._bot.username

    async def _set_commands(self) -> bool:
        return await self._bot.set_my_commands([BotCommand(name, text) for name, text in COMMANDS])

    async def close(self) -> None:
        """Disconnect."""
        await asyncio.gather(*self._acknowledging, return_exceptions=True)
        await self._bot.shutdown()

    async def poll(self, accept: Accept, seconds: int = POLL_SECONDS) -> None:
        """Take updates for ever: stored first, and only the next call confirms them to Telegram."""
        offset: int | None = None
        pause = 1.0
        while True:
            try:
                updates = await self._bot.raw_updates(offset, seconds)
                if updates:
                    await accept([_message(update) for update in updates])
                    offset = max(int(update["update_id"]) for update in updates) + 1
                    self._acknowledge(updates)
                pause = 1.0
            except InvalidToken:
                raise TokenRefused from None
            except TimedOut:
                continue
            except RetryAfter as error:
                await asyncio.sleep(_seconds(error))
            except Exception as error:  # network, or a database in trouble: nothing was confirmed, so nothing is lost
                known = isinstance(error, (NetworkError, Conflict))
                log.warning(
                    "taking updates failed (%s), trying again in %.0f s",
                    type(error).__name__,
                    pause,
                    exc_info=not known,
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, 30)

    def _acknowledge(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Stop the spinning clock on pressed buttons; nobody waits for it."""
        for update in updates:
            query = update.get("callback_query")
            if isinstance(query, dict) and "id" in query:
                task = asyncio.create_task(self._answer_query(str(query["id"])))
                self._acknowledging.add(task)
                task.add_done_callback(self._acknowledging.discard)

    async def _answer_query(self, query: str) -> None:
        try:
            await self._bot.answer_callback_query(query)
        except TelegramError as error:
            log.info("a button press could not be acknowledged (%s)", type(error).__name__)

    def parse(self, raw: Mapping[str, Any]) -> tuple[str, Incoming] | None:
        """Return who said what; None for what needs no answer (other chats, edits, membership)."""
        update = Update.de_json(dict(raw), self._bot)
        user = update.effective_user
        chat = update.effective_chat
        if user is None or chat is None or chat.type != chat.PRIVATE:
            return None
        if update.callback_query is not None:
            return str(user.id), Incoming("press", update.callback_query.data or "", user.full_name)
        if update.message is not None:
            if update.message.text is None:
                return str(user.id), Incoming("other", "", user.full_name)
            return str(user.id), Incoming("text", update.message.text, user.full_name)
        return None

    async def send(self, address: str, reply: Reply) -> str:
        """Send one reply; raises the errors of `delivery.channel`."""
        parts = render(reply.pieces)
        message = None
        try:
            for number, part in enumerate(parts, start=1):
                message = await self._bot.send_message(
                    int(address), part, parse_mode="HTML",
                    reply_markup=keyboard(reply.buttons) if number == len(parts) else None,
                )  # fmt: skip
        except RetryAfter as error:
            raise Later("429", _seconds(error)) from error
        except ChatMigrated as error:
            raise Refused("the chat moved") from error
        except Forbidden as error:
            raise Unreachable(error.message) from error
        except TimedOut as error:
            raise OutcomeUnknown("timed out") from error
        except InvalidToken as error:  # the operator's mistake, not this message's
            raise Later("the token was refused") from error
        except BadRequest as error:  # before NetworkError, whose subclass it is
            if any(words in error.message.lower() for words in GONE):
                raise Unreachable(error.message) from error
            raise Refused(error.message) from error
        except NetworkError as error:
            raise Later(type(error).__name__) from error
        except TelegramError as error:
            raise Refused(error.message) from error
        return str(message.message_id) if message else ""


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def _message(update: Mapping[str, Any]) -> Message:
    """Return the inbox row of a raw update: its key, whose order it belongs to, and itself."""
    person = ""
    for part in update.values():
        sender = part.get("from") if isinstance(part, dict) else None
        if isinstance(sender, dict) and "id" in sender:
            person = str(sender["id"])
            break
    return str(update["update_id"]), person, update


def keyboard(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    """Translate buttons."""
    if not rows:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(b.label, callback_data=b.code) for b in row] for row in rows])


_TAGS = {"": ("", ""), "b": ("<b>", "</b>"), "i": ("<i>", "</i>"), "q": ("<blockquote>", "</blockquote>")}


def render(pieces: Sequence[Piece]) -> list[str]:
    """Turn pieces into HTML messages of at most 4096 UTF-16 units each, tags not counted, never cut inside a tag."""
    messages: list[str] = []
    current, used = "", 0
    for piece in pieces:
        rest = piece.text
        while rest:
            head, rest = _take(rest, UNITS_AT_MOST - used)
            if head:
                opening, closing = _TAGS[piece.mark]
                current += opening + html.escape(head, quote=False) + closing
                used += _units(head)
            if rest:
                if current:
                    messages.append(current)
                current, used = "", 0
    if current:
        messages.append(current)
    return [message for message in messages if _visible(message)] or ["…"]


def _visible(message: str) -> bool:
    return any(not c.isspace() for c in message)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _take(text: str, units: int) -> tuple[str, str]:
    """Split off as much as fits, at a line end or a sentence where one is near."""
    if _units(text) <= units:
        return text, ""
    fits, used = 0, 0
    for char in text:
        used += 2 if ord(char) > 0xFFFF else 1
        if used > units:
            break
        fits += 1
    for stop in ("\n", "。", "，"):
        cut = text.rfind(stop, fits // 2, fits)
        if cut > 0:
            return text[: cut + 1], text[cut + 1 :]
    return text[:fits], text[fits:]
