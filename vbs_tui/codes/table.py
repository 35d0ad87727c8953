"""Reads the tables in ``data/*.toml``: once, when first needed, never at import."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

VBS_FILES = ("vbs_shared", "vbs_restoring", "vbs_deleting", "vbs_creating", "vbs_policies")
"""VBS itself: the 126 codes its documentation lists."""

OTHER_FILES = ("api_gateway", "iam", "evs", "cinder", "cbr_and_csbs")
"""Services that answer around VBS: gateway, log-in, disks, other backup services."""

_KEYS = frozenset({"service", "module", "meaning", "cause", "remedy", "restore", "outcome_open"})


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one error code. All text is from this program and needs no cleaning."""

    code: str
    """In the table's spelling when known, else as asked, in ASCII and cut."""
    known: bool
    service: str
    """``VBS``, ``EVS``, ``IAM``, ``API gateway``, …; a guess by family for an unknown code."""
    module: str
    """The part of the service the table lists it under; empty for an unknown code."""
    meaning: str
    cause: str
    remedy: str
    restore_related: bool = False
    """Whether a restore can get it."""
    outcome_open: bool = False
    """Whether something may have started although this code came back."""
    nearest: tuple[str, ...] = ()
    """For an unknown code: similar known ones."""
    asked: str = ""
    """The spelling asked for, when the table has another one, such as ``APIGW.0301``."""


@dataclass(frozen=True, slots=True)
class StatusExplanation:
    """What is known of one HTTP status."""

    status: int
    known: bool
    reason: str
    meaning: str
    remedy: str


def compact(code: str) -> str:
    """The form in which codes are compared: lower case, without blanks."""
    return "".join(code.split()).casefold()


@cache
def codes() -> Mapping[str, Explanation]:
    """Every known code by its :func:`compact` form, VBS first, in the order of the files."""
    found: dict[str, Explanation] = {}
    for name in (*VBS_FILES, *OTHER_FILES):
        for entry in _entries(name):
            key = compact(entry.code)
            if key in found:
                raise ValueError(f"{entry.code} stands twice in the code tables")
            found[key] = entry
    return MappingProxyType(found)


@cache
def statuses() -> Mapping[int, StatusExplanation]:
    """Every known HTTP status by its number."""
    return MappingProxyType(
        {
            int(number): StatusExplanation(
                status=int(number),
                known=True,
                reason=_text(row, "reason"),
                meaning=_text(row, "meaning"),
                remedy=_text(row, "remedy"),
            )
            for number, row in _tables("http_statuses", "statuses")
        }
    )


def _entries(name: str) -> Iterator[Explanation]:
    whole = _read(name)
    for code, row in _tables(name, "codes"):
        if unknown := row.keys() - _KEYS:
            raise ValueError(f"{code}: no such fields: {', '.join(sorted(unknown))}")
        yield Explanation(
            code=code,
            known=True,
            service=_text(row if "service" in row else whole, "service"),
            module=_text(row if "module" in row else whole, "module"),
            meaning=_text(row, "meaning"),
            cause=_text(row, "cause"),
            remedy=_text(row, "remedy"),
            restore_related=row.get("restore") is True,
            outcome_open=row.get("outcome_open") is True,
        )


def _tables(name: str, within: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    rows = _read(name)[within]
    if not isinstance(rows, dict):
        raise TypeError(f"{name}.toml: {within} is no table")
    for key, row in rows.items():
        if not isinstance(row, dict):
            raise TypeError(f"{name}.toml: {key} is no table")
        yield key, row


@cache
def _read(name: str) -> Mapping[str, object]:
    text = files("vbs_tui.codes").joinpath("data", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def _text(row: Mapping[str, object], field: str) -> str:
    value = row[field]
    if not isinstance(value, str):
        raise TypeError(f"{field} is no text: {value!r}")
    return value
