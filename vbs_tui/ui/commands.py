"""Every command of the console, once: keys, footer, help and palette are all made from this table.

A command's action is the name of a Textual action on whoever owns its scope: the main screen for
``global``, the list for ``list``, the jobs pane for ``jobs``, the error panel for ``error``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType

LISTS = ("projects", "backups", "volumes")
"""The panes that are lists."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that an operator can do."""

    id: str
    """Lower case words with hyphens; fixed, so that a key map can name it."""
    keys: tuple[str, ...]
    """Textual's names of the keys."""
    shown: str
    """The key as people write it."""
    label: str
    """One word or two, for the bar at the foot."""
    help: str
    """A sentence for help and palette."""
    scope: str
    """``global``, ``list``, ``jobs`` or ``error``."""
    action: str
    """The Textual action, without a name space."""
    footer: int = 0
    """0: not in the bar at the foot; else its rank there, 1 stays longest when room is short."""
    panes: tuple[str, ...] = ()
    """The panes it means something in; empty: any."""
    palette: bool = True
    """Whether the palette offers it."""

    def fits(self, pane: str) -> bool:
        """Whether it means something while *pane* has the focus."""
        return not self.panes or pane in self.panes


_TABLE = (
    Command(
        id="choose",
        keys=("enter",),
        shown="Enter",
        label="choose",
        help="Choose the row and go on to the next pane; on a volume: go on to the restore.",
        scope="list",
        action="choose",
        footer=1,
        panes=LISTS,
        palette=False,
    ),
    Command(
        id="explain",
        keys=("e",),
        shown="e",
        label="explain",
        help="In the jobs: explain the error of the selected restore.",
        scope="jobs",
        action="explain",
        footer=3,
        panes=("jobs",),
        palette=False,
    ),
    Command(
        id="settle",
        keys=("u",),
        shown="u",
        label="settle",
        help="Say what became of a restore whose outcome is unknown: declare it not sent.",
        scope="jobs",
        action="settle",
        footer=9,
        panes=("jobs",),
        palette=False,
    ),
    Command(
        id="whole-log",
        keys=("enter", "d"),
        shown="Enter",
        label="whole log",
        help="In the jobs: show the whole log of the selected restore.",
        scope="jobs",
        action="whole_log",
        footer=1,
        panes=("jobs",),
        palette=False,
    ),
    Command(
        id="raw",
        keys=("d",),
        shown="d",
        label="server's words",
        help="In the error: show the server's answer as it came.",
        scope="error",
        action="raw",
        footer=7,
        panes=("error",),
        palette=False,
    ),
    Command(
        id="restore",
        keys=("r",),
        shown="r",
        label="restore",
        help="Restore the chosen backup onto the volume under the cursor; asks before it sends.",
        scope="global",
        action="restore",
        footer=2,
    ),
    Command(
        id="filter",
        keys=("slash",),
        shown="/",
        label="filter",
        help="Show only rows that contain every word typed; Enter keeps it, Esc clears it.",
        scope="list",
        action="filter",
        footer=3,
        panes=LISTS,
    ),
    Command(
        id="sort",
        keys=("s",),
        shown="s",
        label="sort",
        help="Sort by the next column.",
        scope="list",
        action="sort",
        footer=9,
        panes=LISTS,
    ),
    Command(
        id="sort-reverse",
        keys=("S", "upper_s"),
        shown="S",
        label="reverse",
        help="Turn the order of the sort round.",
        scope="list",
        action="reverse",
        panes=LISTS,
    ),
    Command(
        id="mark",
        keys=("space",),
        shown="Space",
        label="mark",
        help="Mark the row, or take its mark away, and go one down.",
        scope="list",
        action="mark",
        footer=11,
        panes=LISTS,
    ),
    Command(
        id="details",
        keys=("d",),
        shown="d",
        label="details",
        help="Show everything that is known of the row under the cursor.",
        scope="global",
        action="details",
        footer=7,
        panes=LISTS,
    ),
    Command(
        id="copy",
        keys=("y",),
        shown="y",
        label="copy",
        help="Send the id under the cursor, or the error, to the terminal's clipboard.",
        scope="global",
        action="copy",
        footer=8,
    ),
    Command(
        id="refresh",
        keys=("f5",),
        shown="F5",
        label="refresh",
        help="Read the focused list anew; the cursor, the filter and the marks stay.",
        scope="global",
        action="refresh_list",
        footer=12,
    ),
    Command(
        id="zoom",
        keys=("z",),
        shown="z",
        label="zoom",
        help="Give the focused pane the whole screen, or take it back.",
        scope="global",
        action="zoom",
        footer=10,
    ),
    Command(
        id="palette",
        keys=("colon",),
        shown=":",
        label="commands",
        help="Find any command by its name; Ctrl+P does the same.",
        scope="global",
        action="palette",
        footer=6,
        palette=False,
    ),
    Command(
        id="help",
        keys=("question_mark",),
        shown="?",
        label="help",
        help="Show all keys.",
        scope="global",
        action="help",
        footer=4,
    ),
    Command(
        id="quit",
        keys=("q",),
        shown="q",
        label="quit",
        help="Leave. Restores go on in the cloud and are picked up at the next start.",
        scope="global",
        action="leave",
        footer=5,
    ),
    Command(
        id="error",
        keys=("e",),
        shown="e",
        label="error",
        help="Go to the error pane.",
        scope="global",
        action="focus_pane('error')",
    ),
    Command(
        id="request-log",
        keys=("L", "upper_l"),
        shown="L",
        label="requests",
        help="Show the calls made to the cloud, with status, time and request ids.",
        scope="global",
        action="request_log",
    ),
    Command(
        id="history",
        keys=("H", "upper_h"),
        shown="H",
        label="history",
        help="Show every restore on record on this machine, to look at and to export.",
        scope="global",
        action="history",
    ),
    Command(
        id="theme",
        keys=(),
        shown="",
        label="light or dark",
        help="Change between the dark and the light theme.",
        scope="global",
        action="theme",
    ),
    Command(
        id="pane-projects",
        keys=("1",),
        shown="1",
        label="projects",
        help="Go to the projects.",
        scope="global",
        action="focus_pane('projects')",
    ),
    Command(
        id="pane-backups",
        keys=("2",),
        shown="2",
        label="backups",
        help="Go to the backups.",
        scope="global",
        action="focus_pane('backups')",
    ),
    Command(
        id="pane-volumes",
        keys=("3",),
        shown="3",
        label="volumes",
        help="Go to the volumes.",
        scope="global",
        action="focus_pane('volumes')",
    ),
    Command(
        id="pane-jobs",
        keys=("4",),
        shown="4",
        label="jobs",
        help="Go to the jobs.",
        scope="global",
        action="focus_pane('jobs')",
    ),
    Command(
        id="pane-error",
        keys=("5",),
        shown="5",
        label="error",
        help="Go to the error.",
        scope="global",
        action="focus_pane('error')",
        palette=False,
    ),
    Command(
        id="next-pane",
        keys=("tab", "l"),
        shown="Tab l",
        label="next pane",
        help="Go to the next pane.",
        scope="global",
        action="walk(1)",
        palette=False,
    ),
    Command(
        id="previous-pane",
        keys=("shift+tab", "h"),
        shown="Shift+Tab h",
        label="previous pane",
        help="Go to the pane before.",
        scope="global",
        action="walk(-1)",
        palette=False,
    ),
    Command(
        id="back",
        keys=("escape",),
        shown="Esc",
        label="back",
        help="Leave the zoom, clear the filter, or go back to the pane before.",
        scope="global",
        action="back",
        palette=False,
    ),
    Command(
        id="down",
        keys=("down", "j"),
        shown="↓ j",
        label="down",
        help="One row down.",
        scope="list",
        action="move(1)",
        panes=LISTS,
        palette=False,
    ),
    Command(
        id="up",
        keys=("up", "k"),
        shown="↑ k",
        label="up",
        help="One row up.",
        scope="list",
        action="move(-1)",
        panes=LISTS,
        palette=False,
    ),
    Command(
        id="page-down",
        keys=("pagedown", "ctrl+f"),
        shown="PgDn",
        label="page down",
        help="One page down.",
        scope="list",
        action="page(1)",
        panes=LISTS,
        palette=False,
    ),
    Command(
        id="page-up",
        keys=("pageup",),
        shown="PgUp",
        label="page up",
        help="One page up.",
        scope="list",
        action="page(-1)",
        panes=LISTS,
        palette=False,
    ),
    Command(
        id="first",
        keys=("home", "g"),
        shown="Home g",
        label="first row",
        help="To the first row.",
        scope="list",
        action="first",
        panes=LISTS,
        palette=False,
    ),
    Command(
        id="last",
        keys=("end", "G", "upper_g"),
        shown="End G",
        label="last row",
        help="To the last row.",
        scope="list",
        action="last",
        panes=LISTS,
        palette=False,
    ),
)

COMMANDS: tuple[Command, ...] = _TABLE
"""In the order of the help."""


def command(command_id: str) -> Command:
    """The command with that id. Raises ``KeyError``."""
    for one in COMMANDS:
        if one.id == command_id:
            return one
    raise KeyError(command_id)


def bindings(scope: str) -> list[BindingType]:
    """The key bindings of a scope. None is a priority binding: an input keeps its letters, and
    nothing acts beneath a dialog."""
    return [
        Binding(",".join(one.keys), one.action, one.label, show=False, id=f"{scope}.{one.id}")
        for one in COMMANDS
        if one.scope == scope and one.keys
    ]


def footer(pane: str) -> tuple[Command, ...]:
    """The commands for the bar at the foot while *pane* has the focus, most useful first."""
    ranked = (one for one in COMMANDS if one.footer and one.fits(pane))
    return tuple(sorted(ranked, key=lambda one: one.footer))


def in_palette(pool: Iterable[Command] = COMMANDS) -> tuple[Command, ...]:
    """The commands that the palette offers."""
    return tuple(one for one in pool if one.palette)
