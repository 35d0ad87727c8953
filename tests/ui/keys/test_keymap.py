"""Keys of the operator's own: which ones are taken, what is said of the others, what they do."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from textual.binding import BindingsMap
from textual.keys import _character_to_key
from textual.widgets import Input

from vbs_tui.ui.keys.bindings import COMMANDS
from vbs_tui.ui.keys.command_table import TABLE
from vbs_tui.ui.keys.key_names import UnknownKey, parse_key
from vbs_tui.ui.keys.keymap import KEY_CONTEXTS, KeymapError, apply_keymap

CLASSES = {
    "JobsPane": "vbs_tui.ui.widgets.jobs_pane",
    "ErrorPane": "vbs_tui.ui.widgets.error_pane",
    "FilterInput": "vbs_tui.ui.widgets.list_pane",
    "HistoryScreen": "vbs_tui.ui.screens.history",
    "ListScreen": "vbs_tui.ui.screens.list_screen",
    "ConfirmScreen": "vbs_tui.ui.screens.dialogs.confirm_restore",
}


@pytest.mark.parametrize(
    ("written", "name", "shown"),
    [
        ("R", "R", "R"),
        ("shift+r", "R", "R"),
        ("F5", "f5", "F5"),
        ("Ctrl+X", "ctrl+x", "Ctrl+X"),
        ("CTRL+x", "ctrl+x", "Ctrl+X"),
        (" r ", "r", "r"),
        (",", "comma", ","),
        ("comma", "comma", ","),
        ("+", "plus", "+"),
        ("?", "question_mark", "?"),
        ("Esc", "escape", "Esc"),
        ("PgUp", "pageup", "PgUp"),
        ("ctrl+space", "ctrl+space", "Ctrl+Space"),
        ("ctrl+]", "ctrl+right_square_bracket", "Ctrl+]"),
        ("ctrl+shift+up", "ctrl+shift+up", "Ctrl+Shift+↑"),
        ("ä", "ä", "ä"),
        ("§", "section_sign", "§"),
    ],
)
def test_a_key_is_understood_however_it_is_written(written: str, name: str, shown: str) -> None:
    key = parse_key(written)
    assert (key.name, key.shown) == (name, shown)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("a,b", 'write a list, ["a", "b"]'),
        ("", "is empty"),
        ("  ", "written space"),
        ("ctrl+i", "write tab"),
        ("Ctrl+M", "write enter"),
        ("ctrl+h", "write backspace"),
        ("ctrl+[", "write escape"),
        ("ctrl+left_square_bracket", "write escape"),
        ("ctrl+j", "write enter"),
        ("ctrl+?", "write backspace"),
        ("ctrl+shift+r", "write ctrl+r"),
        ("alt+x", "terminals send Alt as Esc"),
        ("super+x", "most terminals do not send super"),
        ("hurz+x", "only ctrl+ and shift+"),
        ("ctrl+5", "not sent by most terminals"),
        ("ctrl++", "not sent by most terminals"),
        ("ctrl+", "nothing behind the +"),
        ("shift+f5", "differently by every terminal"),
        ("shift+enter", "write enter"),
        ("shift+1", "write the character"),
        ("pagedwn", "did you mean pagedown?"),
        ("f25", "is no key's name"),
        ("rr", "is no key's name"),
        ("\x1b", "no character that can be typed"),
        ("\u0301", "no character that can be typed"),
        pytest.param("x" * 5000, "too long", id="long"),
    ],
)
def test_what_no_terminal_sends_is_refused_with_what_to_write(written: str, words: str) -> None:
    with pytest.raises(UnknownKey) as caught:
        parse_key(written)
    assert words in str(caught.value)


def test_characters_have_the_names_that_textual_gives_them() -> None:
    typed = [chr(code) for code in range(33, 0x250) if chr(code).isprintable()]
    assert len(typed) > 400
    for char in typed:
        assert parse_key(char).name == _character_to_key(char), char


@pytest.mark.parametrize(
    ("command", "key", "words"),
    [
        ("restore", "escape", "can only be a key of back"),
        ("restore", "enter", "can only be a key of choose"),
        ("restore", "tab", "can only be a key of next-pane"),
        ("restore", "down", "can only be a key of down"),
        ("restore", "space", "can only be a key of mark"),
        ("quit", "enter", "can only be a key of choose"),
        ("quit", "y", "y answers yes"),
        ("restore", "ctrl+c", "is kept free"),
        ("restore", "ctrl+z", "always suspends"),
        ("restore", "ctrl+q", "always leaves"),
        ("sort", "ctrl+p", "opens the palette"),
        ("restore", "ctrl+u", "edits a line of text"),
        ("restore", "G", "moves in the jobs"),
        ("settle", "j", "moves in the jobs"),
        ("raw", "k", "moves in the error"),
        ("sort", "x", "exports the history"),
        ("details", "X", "exports the history"),
        ("sort", "q", "leaves a list that fills the screen"),
        ("refresh", "R", "needs a key that types nothing"),
        ("filter", "r", "r is the key of restore"),
        ("restore", "z", "z is the key of zoom"),
    ],
)
def test_a_key_that_would_be_dead_or_dangerous_is_refused(
    command: str, key: str, words: str
) -> None:
    with pytest.raises(KeymapError) as caught:
        apply_keymap({command: (key,)}, {command: 7})
    assert [one.line for one in caught.value.mistakes] == [7] * len(caught.value.mistakes)
    assert any(words in one.sentence for one in caught.value.mistakes)
    assert caught.value.commands == {command}


def test_every_command_may_have_its_own_keys_once_more() -> None:
    for one in TABLE:
        again = {each.id: each for each in apply_keymap({one.id: one.keys})}[one.id]
        assert set(again.keys) == set(one.keys)


def test_two_new_keys_that_are_the_same_are_told_once() -> None:
    with pytest.raises(KeymapError) as caught:
        apply_keymap({"restore": ("R",), "zoom": ("R",)}, {"restore": 2, "zoom": 3})
    (mistake,) = caught.value.mistakes
    assert mistake.sentence == "keys.restore: R is the key of zoom"


@pytest.mark.parametrize("command", ["back", "choose", "help", "quit"])
def test_the_way_in_and_out_keeps_a_key(command: str) -> None:
    with pytest.raises(KeymapError, match=f"keys.{command}: needs a key"):
        apply_keymap({command: ()})


def test_any_other_command_may_have_no_key() -> None:
    others = [one.id for one in TABLE if one.id not in {"back", "choose", "help", "quit"}]
    table = apply_keymap(dict.fromkeys(others, ()))
    assert {one.id for one in table if not one.keys} == set(others)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_the_keys_of_places_are_those_that_their_classes_bind(name: str) -> None:
    made = getattr(import_module(CLASSES[name]), name)
    bound = {key for key, _ in BindingsMap(made.BINDINGS) if key != "ctrl+c"}
    # What commands have there comes from the table itself.
    ids = {
        "HistoryScreen": {"refresh", "details"},
        "ConfirmScreen": {"refresh"},
        "ListScreen": {"help"},
    }.get(name, set())
    scope = {"JobsPane": "jobs", "ErrorPane": "error"}.get(name)
    for one in COMMANDS:
        if one.id in ids or one.scope == scope:
            bound -= set(one.keys) - KEY_CONTEXTS[name].keys
    assert bound <= KEY_CONTEXTS[name].keys
    extra = KEY_CONTEXTS[name].keys - bound
    if name == "FilterInput":
        edits = {key for key, _ in BindingsMap(Input.BINDINGS)}
        unsent = {key for key in edits if key.startswith(("super+", "alt+"))}
        unsent |= {"ctrl+backspace", "ctrl+shift+a"}
        assert edits - unsent <= KEY_CONTEXTS[name].keys
        assert extra <= edits | {"ctrl+c"}
    elif name == "ErrorPane":
        inherited = {key for base in made.__mro__ for key, _ in _own(base)}
        assert extra <= inherited
    else:
        assert not extra


def test_the_answer_yes_is_the_key_that_is_kept_from_quit() -> None:
    screen = import_module("vbs_tui.ui.screens.dialogs.confirm_quit").QuitScreen
    yes = {key for key, one in BindingsMap(screen.BINDINGS) if one.action == "answer(True)"}
    assert yes == KEY_CONTEXTS["QuitScreen"].keys


def _own(base: type) -> list[tuple[str, object]]:
    return list(BindingsMap(base.__dict__.get("BINDINGS", [])))


SCRIPT = """
import asyncio, json, sys
from vbs_tui.commands.support.operator_settings import read_settings
from vbs_tui.ui.keys.bindings import set_commands
from vbs_tui.ui.keys.keymap import apply_keymap
set_commands(apply_keymap(read_settings().keys))
import pytest
from tests.support.stillness import take_time
from tests.ui.consoles import console
take_time(pytest.MonkeyPatch())

async def run():
    said = {}
    async with console() as con:
        await con.open_prod()
        said["bar"] = con.main.key_bar.text
        await con.press("r")
        said["old"] = con.notices
        await con.press("R")
        said["new"] = con.notices
        said["before"] = con.main.current
        await con.press("right")
        said["right"] = con.main.current
        await con.press("comma")
        said["zoomed"] = con.main.has_class("-zoomed")
        await con.press("f1")
        said["help"] = type(con.app.screen).__name__
        await con.press("escape")
        await con.press("H")
        said["history"] = type(con.app.screen).__name__
    return said
print(json.dumps(asyncio.run(run()), default=str))
"""


def test_the_keys_of_the_file_do_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own: widgets take their keys when they are first imported."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "vbs-tui").mkdir()
    (tmp_path / "vbs-tui" / "config.toml").write_text(
        '[keys]\nrestore = "shift+r"\nnext-pane = ["tab", "Right"]\nzoom = ","\n'
        'help = ["?", "F1"]\nrefresh = []\ndetails = []\nsort = []\n'
    )
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    assert " R restore" in said["bar"]
    assert "sort" not in said["bar"]
    assert said["old"] == []
    assert "R restores it onto the disk" in said["new"][0]
    assert said["right"] != said["before"]
    assert said["zoomed"] is True
    assert said["help"] == "HelpScreen"
    assert said["history"] == "HistoryScreen"
