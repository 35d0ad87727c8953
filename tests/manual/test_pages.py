"""The pages of the manual: they say what the program does, and lead nowhere that is not there."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from vbs_tui import manual
from vbs_tui.commands.arguments import build_parsers
from vbs_tui.commands.support import exit_status
from vbs_tui.restore.journal.states import OPEN, State
from vbs_tui.restore.watch.poll_pace import PollPace
from vbs_tui.settings import LISTS, PACES, Settings, load

PAGES = (manual.INDEX, *manual.topics())


def rows(topic: str, heading: str) -> list[list[str]]:
    """The cells of the first table below *heading*, without its head."""
    _, found, below = manual.page(topic).partition(heading)
    assert found
    table = re.search(r"^\|.*?(?=^[^|]|\Z)", below, re.MULTILINE | re.DOTALL)
    assert table is not None
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table[0].split("\n")][2:-1]


def test_the_index_names_every_page() -> None:
    there = {path.stem for path in Path(manual.__file__).parent.glob("*.md")}
    assert there == set(PAGES)
    assert all(manual.summaries().values())


@pytest.mark.parametrize("topic", PAGES)
def test_links_lead_to_pages(topic: str) -> None:
    text = manual.page(topic)
    assert text.startswith("# ")
    assert "://" not in re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL), "no remote links"
    for target in re.findall(r"\]\(([^)]*)\)", text):
        assert target.removesuffix(".md") in PAGES


@pytest.mark.parametrize("topic", PAGES)
def test_commands_and_options_exist(topic: str) -> None:
    root, commands = build_parsers()
    text = manual.page(topic)
    for line in re.findall(r"vbs-tui (\S[^`\n#>|]*)", text):
        first, *more = line.split()
        if first in ("COMMAND", "CODE", "TOPIC") or not re.match(r"[a-z-]+\Z", first):
            continue
        parser = root if first.startswith("-") else commands.get(first)
        if parser is None:
            assert "`" not in line
            continue
        known = parser.format_help()
        assert all(one in known for one in (first, *more) if one.startswith("--")), line


def test_an_unknown_page_is_a_key_error() -> None:
    for name in ("nope", "../cli", ""):
        with pytest.raises(KeyError):
            manual.page(name)


def test_the_states_are_those_of_the_journal() -> None:
    named = [row[0].strip("`") for row in rows("states", "## The states")]
    assert named == [one.value for one in State]
    line = next(line for line in manual.page("states").split("\n") if "are open:" in line)
    assert set(re.findall(r"`([a-z ]+)`", line)) == {one.value for one in OPEN}


def test_the_exit_statuses_are_those_of_the_commands() -> None:
    statuses = {
        value
        for name, value in vars(exit_status).items()
        if name.isupper() and isinstance(value, int)
    }
    assert [int(row[0]) for row in rows("states", "## Exit")] == sorted(statuses)


def test_the_settings_are_those_that_are_read(tmp_path: Path) -> None:
    told = rows("settings", "# Settings")
    names = {row[0].replace("`", "") for row in told}
    tables = {"keys", "pace", "filters"}
    plain = {one.name for one in fields(Settings)} - tables - {"lines"}
    paces, lists = {f"[pace] {one}" for one in PACES}, {f"[filters] {one}" for one in LISTS}
    assert names == plain | {"[keys]"} | paces | lists
    for row in told:
        name = row[0].replace("`", "")
        if name.startswith("[pace]"):
            assert float(row[2]) == getattr(PollPace(), name.split()[1])
    example = re.search(r"```toml\n(.*?)```", manual.page("settings"), re.DOTALL)
    assert example is not None
    assert tomllib.loads(example[1])
    (tmp_path / "config.toml").write_text(example[1])
    assert load(tmp_path / "config.toml", ["zoom", "restore"]).read_only_clouds == ("otc-prod",)
