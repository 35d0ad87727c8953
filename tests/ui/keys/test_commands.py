"""The table of commands: nothing in it is out of reach or says two things."""

from __future__ import annotations

from importlib import import_module
from inspect import signature

from textual.binding import Binding
from textual.screen import Screen

from vbs_tui.ui.keys.bindings import COMMANDS, command, footer, palette_commands, scope_bindings
from vbs_tui.ui.screens.main.main_screen import MainScreen
from vbs_tui.ui.widgets.error_pane import ErrorPane
from vbs_tui.ui.widgets.jobs_pane import JobsPane
from vbs_tui.ui.widgets.rows.row_list import RowList

OWNERS: dict[str, type] = {
    "global": MainScreen,
    "list": RowList,
    "jobs": JobsPane,
    "error": ErrorPane,
}


def test_every_action_exists_on_its_owner() -> None:
    for one in COMMANDS:
        name = one.action.partition("(")[0]
        assert hasattr(OWNERS[one.scope], f"action_{name}"), one.id


def test_every_screen_of_the_table_opens_on_a_console() -> None:
    paths = [one.action for one in COMMANDS if one.action.startswith("open_screen(")]
    assert len(paths) >= 4
    for action in paths:
        module, _, name = action.removeprefix("open_screen('").removesuffix("')").rpartition(".")
        screen = getattr(import_module(f"vbs_tui.ui.screens.{module}"), name)
        assert issubclass(screen, Screen)
        assert list(signature(screen).parameters) == ["console_app"]


def test_what_the_palette_offers_the_main_screen_can_do() -> None:
    for one in palette_commands():
        name = one.action.partition("(")[0]
        assert hasattr(MainScreen, f"action_{name}"), one.id


def test_ids_are_unique_and_no_key_means_two_things_in_one_scope() -> None:
    assert len({one.id for one in COMMANDS}) == len(COMMANDS)
    for scope in OWNERS:
        keys = [key for one in COMMANDS if one.scope == scope for key in one.keys]
        assert len(keys) == len(set(keys))


def test_a_list_takes_no_key_of_the_main_screen() -> None:
    of_list = {key for one in COMMANDS if one.scope == "list" for key in one.keys}
    of_main = {key for one in COMMANDS if one.scope == "global" for key in one.keys}
    assert not of_list & of_main


def test_nothing_fires_beneath_a_dialog() -> None:
    made = [binding for scope in OWNERS for binding in scope_bindings(scope)]
    assert all(isinstance(binding, Binding) and not binding.priority for binding in made)


def test_nothing_needs_a_key_that_multiplexers_take() -> None:
    assert not {"ctrl+a", "ctrl+b"} & {key for one in COMMANDS for key in one.keys}


def test_the_foot_has_what_the_pane_understands() -> None:
    assert command("filter") in footer("backups")
    assert command("filter") not in footer("jobs")
    assert command("raw") in footer("error")
    ranks = [one.footer for one in footer("backups")]
    assert ranks == sorted(ranks)
