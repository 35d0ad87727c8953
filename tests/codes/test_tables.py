"""No code of the documentation is missing, and every text fits the panel and is our own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from vbs_tui.codes import (
    Explanation,
    StatusExplanation,
    explain,
    explain_status,
    known_codes,
    known_statuses,
    leaves_outcome_open,
)
from vbs_tui.codes.table import compact

FACTS = [
    line.split()
    for line in Path(__file__).with_name("vbs_codes.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
CODES = {code: module for module, code in FACTS if module != "status"}
STATUSES = [int(number) for module, number in FACTS if module == "status"]

REFERENCE = Path(__file__).parents[3] / "shared" / "api"
needs_reference = pytest.mark.skipif(
    not (REFERENCE / "error_codes.json").exists(), reason="the vendor's tables are not here"
)

RUN = 6
"""So many words in a row, the same as in a vendor's sentence, count as copied."""

SHARED = {"common.0011"} | {f"VolumeBackup.{n:04}" for n in (14, 41, 42, 44)}
PLAUSIBLE = {
    f"VolumeBackup.{n:04}" for n in (2, 8, 9, 10, 11, 13, 21, 39, 43, 64, 100, 103, 110, 900)
}
RESTORING = {code for code, module in CODES.items() if module == "Restoring"}


def test_the_list_of_facts_is_whole() -> None:
    assert len(CODES) == 126
    assert len(STATUSES) == 18
    assert len(RESTORING) == 14


@pytest.mark.parametrize(("code", "module"), CODES.items())
def test_every_documented_code_is_explained_under_its_module(code: str, module: str) -> None:
    found = explain(code)
    assert found.known
    assert (found.code, found.service, found.module) == (code, "VBS", module)


def test_vbs_has_no_invented_codes() -> None:
    ours = {entry.code for entry in known_codes() if entry.service == "VBS"}
    assert ours == set(CODES)


@pytest.mark.parametrize("status", [*STATUSES, 301, 302, 410, 413, 414, 415, 429, 494])
def test_every_status_is_explained(status: int) -> None:
    found = explain_status(status)
    assert found.known
    assert found.status == status


def test_what_a_restore_can_meet_is_marked() -> None:
    marked = {e.code for e in known_codes() if e.service == "VBS" and e.restore_related}
    assert marked == SHARED | RESTORING | PLAUSIBLE


@pytest.mark.parametrize(
    "code",
    [
        *(f"VolumeBackup.{n:04}" for n in (14, 39, 43, 64, 100, 103, 110, 200, 201, 202, 900)),
        *("common.0011", "APIG.0203", "APIGW.0203", "EVS.2025", "EVS.5500"),
        *("computeFault", "serviceUnavailable"),
    ],
)
def test_codes_that_prove_no_refusal_leave_the_outcome_open(code: str) -> None:
    assert leaves_outcome_open(code)
    assert leaves_outcome_open(f" {code.upper()} ")
    assert explain(code).outcome_open


@pytest.mark.parametrize(
    "code",
    [
        *(f"VolumeBackup.{n:04}" for n in (41, 42, 44, 89, 111, *range(203, 212))),
        *("APIG.0308", "IAM.0066", "Common.0013", "badRequest", "BackupService.4008"),
    ],
)
def test_plain_refusals_do_not(code: str) -> None:
    assert explain(code).known
    assert not leaves_outcome_open(code)


@pytest.mark.parametrize("entry", known_codes(), ids=lambda entry: entry.code)
def test_an_open_outcome_is_never_told_as_nothing_started(entry: Explanation) -> None:
    denies = re.match(r"Nothing was (started|written|changed|deleted)\b", entry.remedy)
    assert not (entry.outcome_open and denies)


@pytest.mark.parametrize("entry", known_codes(), ids=lambda entry: entry.code)
def test_texts_of_codes_are_sentences_that_fit(entry: Explanation) -> None:
    assert entry.service
    assert entry.module
    _fits(entry.meaning, 160)
    _fits(entry.cause, 220)
    _fits(entry.remedy, 320)


@pytest.mark.parametrize("entry", known_statuses(), ids=lambda entry: str(entry.status))
def test_texts_of_statuses_are_sentences_that_fit(entry: StatusExplanation) -> None:
    assert entry.reason
    _fits(entry.meaning, 160)
    _fits(entry.remedy, 320)


@pytest.mark.parametrize("code", sorted(RESTORING | SHARED | PLAUSIBLE))
def test_what_a_restore_meets_is_told_at_length(code: str) -> None:
    found = explain(code)
    assert len(found.cause) >= 40
    assert len(found.remedy) >= 100


def test_no_two_codes_tell_the_same() -> None:
    told = [entry.meaning for entry in known_codes() if entry.service == "VBS"]
    assert len(set(told)) == len(told)


@needs_reference
def test_the_list_of_facts_is_the_vendors() -> None:
    listed = _reference("error_codes.json")
    assert list(CODES) == [row["code"] for row in listed["error_codes"]]
    assert [row["status"] for row in listed["status_codes"]] == STATUSES
    for group, ours in (("shared", SHARED), ("documented", RESTORING), ("plausible", PLAUSIBLE)):
        assert set(listed[f"restore_codes_{group}"]) == ours


@needs_reference
def test_every_neighbour_that_matters_is_explained() -> None:
    rows = [row for row in _reference("error_codes_more.json")["rows"] if row.get("relevance")]
    assert len(rows) == 140
    assert [row["code"] for row in rows if not explain(row["code"]).known] == []


@needs_reference
def test_no_sentence_is_the_vendors() -> None:
    foreign = {run: text for text in _foreign() for run in _runs(text)}
    copied = [
        (name, " ".join(run), foreign[run])
        for name, text in _ours()
        for run in _runs(text)
        if run in foreign
    ]
    assert copied == []


def _fits(text: str, limit: int) -> None:
    assert 0 < len(text) <= limit
    assert text == text.strip()
    assert text[0].isupper() or text.startswith("400, ")
    assert text.endswith((".", "!", "?"))
    assert text.isascii()
    assert text.isprintable()
    assert "  " not in text


@cache
def _reference(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((REFERENCE / name).read_text("utf-8"))
    return loaded


def _foreign() -> Iterator[str]:
    listed = _reference("error_codes.json")
    for row in (*listed["error_codes"], *listed["status_codes"]):
        yield row["description"]
        yield from (row.get("restore", {}).get(field, "") for field in ("meaning", "hint"))
    for row in _reference("error_codes_more.json")["rows"]:
        yield from (row.get(field) or "" for field in ("message", "description", "solution"))


def _ours() -> Iterator[tuple[str, str]]:
    for entry in known_codes():
        for text in (entry.meaning, entry.cause, entry.remedy):
            yield entry.code, text
    for status in known_statuses():
        for text in (status.meaning, status.remedy):
            yield str(status.status), text


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9_]+", text.lower())
    return (tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))


def test_keys_do_not_collide() -> None:
    keys = [compact(entry.code) for entry in known_codes()]
    assert len(set(keys)) == len(keys)
