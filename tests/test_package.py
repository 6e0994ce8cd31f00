"""The wheel, the README and the project's files."""

import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

from typer.main import get_command

from coachbot.cli import app
from coachbot.settings import Settings
from tests.conftest import ROOT
from tests.support.process import environment

README = (ROOT / "README.md").read_text(encoding="utf-8")
README_ZH = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")


def test_every_command_and_setting_is_in_both_readmes() -> None:
    commands = getattr(get_command(app), "commands", {})
    assert commands
    for text in (README, README_ZH):
        for name, command in commands.items():
            assert f"coachbot {name}" in text, name
            for parameter in command.params:
                for option in parameter.opts:
                    if option.startswith("--") and option != "--help":
                        assert option in text, (name, option)
        for field in Settings.model_fields:
            assert f"COACHBOT_{field.upper()}" in text, field


def test_every_command_in_the_readmes_exists() -> None:
    commands = set(getattr(get_command(app), "commands", {}))
    for text in (README, README_ZH):
        assert set(re.findall(r"`coachbot (\w+)", text)) <= commands
        targets = set(re.findall(r"(?:^|`)make (\w+)", text, re.MULTILINE))
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_the_map_of_the_readme_is_the_tree() -> None:
    for package in sorted((ROOT / "coachbot").rglob("*.py")):
        if package.name != "__init__.py" and "migrations" not in package.parts:
            assert package.stem in README, package


def test_the_lock_pins_with_hashes_and_names_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in lock
        assert "://" not in lock and "--index" not in lock and "--find-links" not in lock
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    for requirement in declared:
        package = re.split(r"[\[><=]", requirement)[0].lower()
        assert re.search(rf"^{re.escape(package)}(\[[a-z]+\])?==", locked, re.MULTILINE), package


def test_a_wheel_away_from_the_checkout_works_as_well(tmp_path: Path, ready_home: Path) -> None:
    """Built, installed into an environment without the checkout, and used for a practice round."""
    dist = tmp_path / "dist"
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = dist.glob("*.whl")
    place = tmp_path / "env"
    venv.create(place, with_pip=True)
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    # the libraries are the locked ones of this run; the project itself is the wheel's
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    site = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True
    )
    (Path(site.stdout.decode().strip()) / "zz_libraries.pth").write_text(libraries + "\n", encoding="utf-8")
    where = subprocess.run(
        [str(python), "-c", "import coachbot; print(coachbot.__file__)"], check=True, capture_output=True, cwd=tmp_path
    )
    assert str(place) in where.stdout.decode()
    done = subprocess.run(
        [str(place / "bin" / "coachbot"), "chat"], input="来一题\n5\n您别急，我现在就给您办。\n".encode(),
        capture_output=True, cwd=tmp_path, env=environment(ready_home), timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert "得分" in done.stdout.decode()
    assert "训练模型" not in done.stderr.decode(), "the same corpus and code must have the same model"
