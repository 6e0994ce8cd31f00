"""Commands. Errors are one sentence on standard error and exit code 2."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from coachbot import commands, logs
from coachbot.analysis.classifier import ModelError, ReplyClassifier
from coachbot.analysis.corpus import BadRow
from coachbot.channels.telegram import TokenRefused
from coachbot.coaching.content import ContentError
from coachbot.models import Models
from coachbot.settings import Settings, SettingsError
from coachbot.storage.store import StoreError

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="窗口沟通小教练：陪政务服务窗口人员练习和群众说话。",
)  # fmt: skip

ModelOption = Annotated[
    Path | None, typer.Option("--model", help="模型文件夹；不写就用数据文件夹里的模型。", show_default=False)
]


class Usage(Exception):
    """A mistake of the person at the keyboard."""


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn known errors into one sentence and exit code 2."""
    try:
        yield
    except (Usage, SettingsError, StoreError, ContentError, ModelError, BadRow) as error:
        typer.echo(logs.redact(f"coachbot: {error}"), err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        typer.echo(logs.redact(f"coachbot: {error.filename or ''} 用不了：{error.strerror}"), err=True)
        raise typer.Exit(2) from None
    except TokenRefused:
        typer.echo("coachbot: Telegram 不认这个令牌，请检查 COACHBOT_TELEGRAM_TOKEN（向 @BotFather 查询）。", err=True)
        raise typer.Exit(2) from None


def _settings() -> Settings:
    settings = Settings.read()
    logs.set_up(settings)
    return settings


def _classifier(models: Models, folder: Path | None) -> ReplyClassifier:
    if folder is not None:
        return ReplyClassifier.load(folder)
    return commands.ready(models)


def _name(raw: str) -> str:
    """Return a person's name that every database can keep."""
    return raw.encode("utf-8", "replace").decode("utf-8").strip()[:60] or "me"


@app.command()
def chat(
    name: Annotated[str, typer.Option("--as", help="以谁的身份练习（进度按人分开）。")] = "me",
) -> None:
    """在终端里练习，不需要令牌。按钮是带编号的选项，输入编号就是按下。"""
    with one_sentence():
        settings = _settings()
        with suppress(KeyboardInterrupt):
            asyncio.run(commands.chat(settings, _name(name)))


@app.command()
def bot() -> None:
    """启动 Telegram 机器人（设置从环境变量或 .env 读取）。"""
    with one_sentence():
        settings = _settings()
        if not settings.token:
            raise Usage("没有设置 COACHBOT_TELEGRAM_TOKEN：请先向 @BotFather 申请令牌，写进环境变量或 .env 文件。")
        asyncio.run(commands.bot(settings))


@app.command()
def train(
    replies: Annotated[
        list[Path] | None,
        typer.Option("--replies", help="标注好的 JSONL 文件或文件夹，可写多次；代替自带语料。", show_default=False),
    ] = None,
    model: ModelOption = None,
) -> None:
    """训练模型，并列出在没见过的场景上的成绩。"""
    with one_sentence():
        models = Models(_settings())
        trained = commands.train(models, replies, model)
        console = Console()
        for title, report in (
            ("按场景交叉验证", trained.by_scene),
            ("锁定测试集（场景和写手都没见过）", trained.locked),
        ):
            if report is not None:
                console.print(commands.table(f"{title}，{report.count} 条", report))


@app.command()
def classify(
    file: Annotated[str, typer.Argument(help="JSONL 文件，- 表示标准输入。")] = "-",
    model: ModelOption = None,
) -> None:
    """给回复打标签：JSONL 进，JSONL 出，顺序不变。坏行在标准错误里说明，退出码为 1。"""
    with one_sentence():
        settings = _settings()
        models = Models(settings)
        classifier = _classifier(models, model)
        with _lines(file) as lines:
            bad = commands.classify(settings, classifier, lines, _write, _complain)
    if bad:
        raise typer.Exit(1)


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="标注好的 JSONL 文件。")],
    model: ModelOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")] = False,
) -> None:
    """用标注好的 JSONL 检验模型：二次加权 kappa、宏平均 F1、各标签 F1。"""
    with one_sentence():
        models = Models(_settings())
        classifier = _classifier(models, model)
        report = commands.evaluate(classifier, file)
        if as_json:
            _write(json.dumps(report.to_dict(), ensure_ascii=False))
        else:
            Console().print(commands.table(f"{file.name}，{report.count} 条", report))


@contextmanager
def _lines(file: str) -> Iterator[Iterator[bytes]]:
    if file == "-":
        yield iter(sys.stdin.buffer)
        return
    try:
        source = Path(file).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise Usage(f"打不开 {file}：{error.strerror}") from error
    with source:
        yield iter(source)


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")


def _complain(line: str) -> None:
    sys.stderr.write(line + "\n")


def _utf8(stream: Any) -> None:
    """UTF-8 whatever the locale."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="replace")


def main(run: Callable[[], Any] = app) -> None:
    """Entry of the console script."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        _utf8(stream)
    run()
