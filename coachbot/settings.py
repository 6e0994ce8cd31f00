"""Settings from the environment and `.env`; every one is in the README."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PACKAGE = Path(__file__).parent


class SettingsError(Exception):
    """A setting that cannot be used."""


class Settings(BaseSettings):
    """What an operator can set, as COACHBOT_… variables."""

    model_config = SettingsConfigDict(env_prefix="COACHBOT_", env_file=".env", extra="ignore")

    telegram_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    database_url: str = ""
    home: Path = Field(default_factory=lambda: user_data_path("coachbot"))
    content: Path | None = None
    send_per_second: float = Field(default=30.0, gt=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("telegram_api_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        if not re.fullmatch(r"https?://[^\s/\[\]]+(/\S*)?", url):
            raise ValueError("应形如 https://api.telegram.org")
        return url

    @field_validator("telegram_token")
    @classmethod
    def _is_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"\s*([!-~]*)\s*", token.get_secret_value()):
            raise ValueError("令牌里有空格或不可见字符，请重新复制")
        return token

    @field_validator("home", "content")
    @classmethod
    def _expand(cls, folder: Path | None) -> Path | None:
        return folder.expanduser() if folder else folder

    @classmethod
    def read(cls) -> Settings:
        """Read the environment; raises SettingsError with one sentence."""
        try:
            return cls()
        except ValidationError as error:
            first = error.errors()[0]
            name = "COACHBOT_" + "_".join(str(part) for part in first["loc"]).upper()
            raise SettingsError(f"{name} 设置有误：{first['msg']}") from error

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite+aiosqlite:///{(self.home / 'coachbot.db').absolute()}"

    @property
    def token(self) -> str:
        """The Telegram token, or an empty string."""
        return self.telegram_token.get_secret_value().strip() if self.telegram_token else ""

    def folder(self, name: str) -> Path:
        """Where `intents` or `training_data` lies: an edited copy, inside the wheel, or beside the package."""
        if self.content is not None:
            if not (self.content / name).is_dir():
                raise SettingsError(f"COACHBOT_CONTENT 下没有 {name}/ 文件夹")
            return self.content / name
        inside = PACKAGE / name
        return inside if inside.is_dir() else PACKAGE.parent / name
