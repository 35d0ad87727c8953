"""A row of the command table."""

from __future__ import annotations

from dataclasses import dataclass

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
    """One word or two, for the key bar."""
    help: str
    """A sentence for help and palette."""
    scope: str
    """``global``, ``list``, ``jobs`` or ``error``."""
    action: str
    """The Textual action, without a name space."""
    footer: int = 0
    """0: not in the key bar; else its rank there, 1 stays longest when room is short."""
    panes: tuple[str, ...] = ()
    """The panes in which it does something; empty: any."""
    palette: bool = True
    """Whether the palette offers it."""

    def fits(self, pane: str) -> bool:
        """Whether it does something while *pane* has the focus."""
        return not self.panes or pane in self.panes
