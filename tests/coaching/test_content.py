"""Content: complete, and mistakes named with file and line."""

from collections import Counter
from pathlib import Path

import pytest

from coachbot.analysis import corpus
from coachbot.analysis.features import overlap
from coachbot.analysis.labels import STYLES
from coachbot.analysis.text import Text
from coachbot.coaching.content import ContentError, Library, load_yaml
from tests.conftest import ROOT

LIBRARY = Library.load(ROOT / "training_data")
GOOD = """\
- id: a-d-01
  title: 题目
  field: 社保
  disc: D
  difficulty: 1
  scene: 一个说得清楚的场景，有事实也有出路。
  citizen: 别绕弯子，今天到底能不能办？
  cues: [别绕弯子]
  why: 开口就要结果
  feeling: 着急
  open: false
  say:
    emotional_reaction: 甲
    interpretation: 乙
    next_step: 丙
    style: 丁
  answer: 能办。身份证给我，十分钟，您拿着证走，不耽误您下午开会。
  norm: 五声
"""


def write(folder: Path, text: str) -> Path:
    (folder / "scenarios").mkdir(exist_ok=True)
    (folder / "scenarios" / "x.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_shop_window_is_full() -> None:
    by_type = Counter(scene.disc for scene in LIBRARY)
    assert len(LIBRARY.scenarios) >= 32
    assert all(by_type[style] >= 8 for style in STYLES)
    assert len({scene.field for scene in LIBRARY}) >= 12
    assert {scene.difficulty for scene in LIBRARY} == {1, 2, 3}


def test_every_norm_is_explained() -> None:
    norms: dict[str, str] = load_yaml(ROOT / "intents" / "norms.yaml", dict[str, str])
    assert {scene.norm for scene in LIBRARY} <= set(norms)


def test_practice_scenes_are_apart_from_the_held_out_part() -> None:
    _, locked = corpus.load([ROOT / "training_data" / "replies"])
    said = {row.exchange.citizen for row in locked}
    for scene in LIBRARY:
        for citizen in said:
            assert overlap(Text.of(scene.citizen).chars, Text.of(citizen).chars) < 0.5, scene.id


@pytest.mark.parametrize(
    ("mistake", "line", "says"),
    [
        (("disc: D", "disc: X"), 4, "disc"),
        (("difficulty: 1", "difficulty: 9"), 5, "difficulty"),
        (("cues: [别绕弯子]", "cues: [没说过的话]"), 1, "没说过的话"),
        (("open: false", "open: true"), 1, "say.exploration"),
        (("  norm: 五声\n", ""), 1, "norm"),
        (("title: 题目", "title: 题目\n  titel: 题目"), 3, "titel"),
        (("title: 题目", "title: 题目\n  title: 题目"), 3, "given twice"),
        (("title: 题目", "title: [题目"), 3, ""),
    ],
)
def test_mistakes_are_named_with_file_and_line(tmp_path: Path, mistake: tuple[str, str], line: int, says: str) -> None:
    with pytest.raises(ContentError) as error:
        Library.load(write(tmp_path, GOOD.replace(*mistake)))
    assert f"x.yaml:{line}:" in str(error.value) and says in str(error.value)


def test_ids_are_unique(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="given twice"):
        Library.load(write(tmp_path, GOOD + GOOD))


def test_other_encodings_are_refused_clearly(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "scenarios" / "x.yaml").write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(ContentError, match="UTF-8"):
        Library.load(tmp_path)
