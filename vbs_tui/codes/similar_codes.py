"""Which known codes are similar to one that is not known: misread, misheard or mistyped."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import NamedTuple

LIMIT = 5
"""The most suggestions."""

_NEXT_BY_NUMBER = 3
_NEAR = 20  # numbers that differ by more are not similar
_SIMILARITY = 0.72
_FAMILY_SIMILARITY = 0.7
_PATTERN = re.compile(r"([a-z]*)[^a-z0-9]?([0-9]{1,4})\Z")


class CodeParts(NamedTuple):
    """A code in two parts: ``volumebackup`` and 209."""

    family: str
    number: int


def split_code(compacted: str) -> CodeParts | None:
    """Family and number of a code in compact form; ``None`` when it has no such form.

    The dot between them may be missing or another sign, leading zeros too, the family as well.
    """
    match = _PATTERN.match(compacted)
    return CodeParts(match[1], int(match[2])) if match else None


def similar_codes(compacted: str, known: Sequence[str]) -> list[str]:
    """The *known* codes (compact forms, in order of preference) most similar to *compacted*.

    First those of the same family with the nearest numbers, then those with the same number in a
    family of similar spelling, then any of similar spelling as a whole.
    """
    asked = split_code(compacted)
    parts = {code: one for code in known if (one := split_code(code))}
    found: list[str] = []
    if asked:
        families = list(dict.fromkeys(one.family for one in parts.values()))
        family = _family(asked.family, families)
        family_codes = [code for code, one in parts.items() if one.family == family]
        family_codes.sort(key=lambda code: (abs(parts[code].number - asked.number), code))
        near = [c for c in family_codes if abs(parts[c].number - asked.number) <= _NEAR]
        found += near[:_NEXT_BY_NUMBER]
        if asked.family not in families:
            found += [code for code, one in parts.items() if one.number == asked.number]
    found += difflib.get_close_matches(compacted, known, n=LIMIT, cutoff=_SIMILARITY)
    return list(dict.fromkeys(found))[:LIMIT]


def _family(asked: str, families: Sequence[str]) -> str:
    """The family asked for, else the most similar one, else none."""
    if asked in families:
        return asked
    if not asked:
        return "volumebackup"
    similar = difflib.get_close_matches(asked, families, n=1, cutoff=_FAMILY_SIMILARITY)
    return similar[0] if similar else ""
