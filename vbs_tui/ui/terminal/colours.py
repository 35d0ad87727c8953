"""How many colours the terminal has, by its environment variables."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class Colours(enum.Enum):
    """How many colours a terminal gets."""

    NONE = "none"
    FEW = "16"
    MANY = "256"
    ALL = "16.7 million"


def colours_of(env: Mapping[str, str]) -> Colours:
    """How many colours the terminal of these variables gets; ``NO_COLOR`` is not looked at."""
    term = env.get("TERM", "").strip().lower()
    if term in ("dumb", "unknown", ""):
        return Colours.NONE
    if env.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return Colours.ALL
    return Colours.MANY if term.endswith(("-256color", "kitty")) else Colours.FEW


def wants_no_colour(env: Mapping[str, str]) -> bool:
    """Whether ``NO_COLOR`` is set to anything, so that only shades of grey are drawn."""
    return bool(env.get("NO_COLOR"))
