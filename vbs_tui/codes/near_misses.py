"""Codes misread, misheard or mistyped: which known ones they may have been."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import NamedTuple

LIMIT = 5
"""At most so many suggestions."""

_NEXT_BY_NUMBER = 3
_FAR = 20  # numbers further apart than this have nothing to do with each other
_ALIKE = 0.72
_FAMILY_ALIKE = 0.7
_SHAPE = re.compile(r"([a-z]*)[^a-z0-9]?([0-9]{1,4})\Z")


class Shape(NamedTuple):
    """A code taken apart: ``volumebackup`` and 209."""

    family: str
    number: int


def shape_of(compacted: str) -> Shape | None:
    """Family and number of a code in compact form; ``None`` when it has no such shape.

    The dot between them may be missing or another sign, leading zeros too, the family as well.
    """
    match = _SHAPE.match(compacted)
    return Shape(match[1], int(match[2])) if match else None


def nearest(compacted: str, known: Sequence[str]) -> list[str]:
    """The *known* codes (compact forms, in order of preference) most like *compacted*.

    First those of the same family that stand next to it by number, then those with the same
    number in a family that is spelt alike, then whatever is spelt alike as a whole.
    """
    asked = shape_of(compacted)
    shapes = {code: shape for code in known if (shape := shape_of(code))}
    found: list[str] = []
    if asked:
        families = list(dict.fromkeys(shape.family for shape in shapes.values()))
        family = _family(asked.family, families)
        beside = [code for code, shape in shapes.items() if shape.family == family]
        beside.sort(key=lambda code: (abs(shapes[code].number - asked.number), code))
        near = [c for c in beside if abs(shapes[c].number - asked.number) <= _FAR]
        found += near[:_NEXT_BY_NUMBER]
        if asked.family not in families:
            found += [code for code, shape in shapes.items() if shape.number == asked.number]
    found += difflib.get_close_matches(compacted, known, n=LIMIT, cutoff=_ALIKE)
    return list(dict.fromkeys(found))[:LIMIT]


def _family(asked: str, families: Sequence[str]) -> str:
    """The family meant: the one asked for, the one spelt most alike, or none."""
    if asked in families:
        return asked
    if not asked:
        return "volumebackup"
    alike = difflib.get_close_matches(asked, families, n=1, cutoff=_FAMILY_ALIKE)
    return alike[0] if alike else ""
