"""Fixtures: one model for the whole run, a fresh database for every test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from coachbot.analysis.classifier import ReplyClassifier
from coachbot.app import load_coach
from coachbot.dialogue.state import Coach
from coachbot.models import Models, Trained
from coachbot.settings import Settings
from tests.support.people import World, telegram_world, terminal_world

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TELEGRAM_TOKEN", "TELEGRAM_API_URL", "DATABASE_URL", "CONTENT"):
        monkeypatch.delenv(f"COACHBOT_{name}", raising=False)
    monkeypatch.setenv("COACHBOT_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def models(home: Path) -> Models:
    return Models(Settings(home=home, _env_file=None))


@pytest.fixture(scope="session")
def trained(models: Models) -> Trained:
    """The shipped corpus, trained once for the whole run."""
    return models.train(None, None, None)


@pytest.fixture(scope="session")
def classifier(trained: Trained) -> ReplyClassifier:
    return trained.classifier


@pytest.fixture(scope="session")
def coach(models: Models, trained: Trained, home: Path) -> Coach:
    return load_coach(Settings(home=home, _env_file=None), models.key)


@pytest.fixture
def ready_home(models: Models, trained: Trained, tmp_path: Path) -> Path:
    """A data folder in which the model is trained already."""
    folder = tmp_path / "ready"
    shutil.copytree(models.folder, folder / "models" / models.key)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", send_per_second=1e6, _env_file=None)


@pytest.fixture(params=["telegram", "terminal"])
async def world(
    request: pytest.FixtureRequest, settings: Settings, coach: Coach, classifier: ReplyClassifier
) -> AsyncIterator[World]:
    """A running coach, once in each channel."""
    make = telegram_world if request.param == "telegram" else terminal_world
    async with make(settings, coach, classifier) as made:
        yield made


@pytest.fixture
async def telegram(settings: Settings, coach: Coach, classifier: ReplyClassifier) -> AsyncIterator[World]:
    """A running coach in Telegram."""
    async with telegram_world(settings, coach, classifier) as made:
        yield made
