"""What is made of the command table: bindings, key bar, help and palette.

A command's action is the name of a Textual action on the owner of its scope: the main screen for
``global``, the list for ``list``, the jobs pane for ``jobs``, the error panel for ``error``.
"""

from __future__ import annotations

from textual.binding import Binding, BindingType

from vbs_tui.cloud.errors import Failure
from vbs_tui.ui.keys.command import Command
from vbs_tui.ui.keys.command_table import TABLE

NO_KEY = "(no key)"
"""What :func:`key_for` returns where the operator's key map leaves a command without a key."""

COMMANDS: tuple[Command, ...] = TABLE
"""In the order of the help."""


def set_commands(table: tuple[Command, ...]) -> None:
    """Use the operator's table in place of the program's own.

    Widgets take their bindings when they are first imported, so this comes before the app is.
    """
    global COMMANDS  # noqa: PLW0603 - set once at start-up, read by everything that follows
    COMMANDS = table


def command(command_id: str) -> Command:
    """The command with that id. Raises ``KeyError``."""
    for one in COMMANDS:
        if one.id == command_id:
            return one
    raise KeyError(command_id)


def key_for(command_id: str) -> str:
    """The key of a command as people write it, for texts. Raises ``KeyError``."""
    return command(command_id).shown or NO_KEY


def retry_hint(failure: Failure | None = None) -> str:
    """What to do about a list that could not be read, or about a log-in, for *failure*."""
    does = "asks again" if failure is not None and failure.declined else "tries again"
    return f"{key_for('refresh')} {does}, {key_for('error')} explains."


def binding_for(command_id: str, action: str) -> Binding:
    """A screen's own *action* on the key of a command. Raises ``KeyError``."""
    # Textual needs a key; this one never comes.
    return Binding(",".join(command(command_id).keys) or "<ignore>", action, show=False)


def scope_bindings(scope: str) -> list[BindingType]:
    """The key bindings of a scope. None is a priority binding: an input keeps its letters, and
    nothing acts beneath a dialog."""
    return [
        Binding(",".join(one.keys), one.action, one.label, show=False, id=f"{scope}.{one.id}")
        for one in COMMANDS
        if one.scope == scope and one.keys
    ]


def footer(pane: str) -> tuple[Command, ...]:
    """The commands for the key bar while *pane* has the focus, most useful first."""
    ranked = (one for one in COMMANDS if one.footer and one.keys and one.fits(pane))
    return tuple(sorted(ranked, key=lambda one: one.footer))


def palette_commands() -> tuple[Command, ...]:
    """The commands that the palette offers."""
    return tuple(one for one in COMMANDS if one.palette)
