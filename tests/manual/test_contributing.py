"""The notes for contributors name files that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / ".github" / "CONTRIBUTING.md").read_text()


def test_the_files_that_are_named_exist() -> None:
    named = set(re.findall(r"`((?:vbs_tui|tests)/[\w./]+)`", TEXT))
    way = re.search(r"One restore:\n\n```text\n(.*?)```", TEXT, re.DOTALL)
    assert way is not None
    named |= {f"vbs_tui/{one}" for one in re.findall(r"[a-z_]+/[\w./]*\w", way[1])}
    assert len(named) > 30
    assert sorted(one for one in named if "NAME" not in one and not (ROOT / one).exists()) == []


def test_the_tree_has_every_folder_that_there_is() -> None:
    drawn = re.search(r"```text\nvbs_tui/\n(.*?)```", TEXT, re.DOTALL)
    assert drawn is not None
    for folder in (ROOT / "vbs_tui").iterdir():
        if (folder / "__init__.py").exists():
            assert f"\n  {folder.name}/ " in f"\n{drawn[1]}"
