"""Prompter for codes the way people and clouds write them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbs_tui.codes import explain, explain_status, known_codes, leaves_outcome_open

ANY = st.text(max_size=200)
KNOWN = st.sampled_from([entry.code for entry in known_codes()])


def test_importing_parses_nothing() -> None:
    program = (
        "import sys, vbs_tui.codes, vbs_tui.commands.explain\n"
        "from vbs_tui.codes import table\n"
        "assert table.codes.cache_info().currsize == 0\n"
        "assert table.statuses.cache_info().currsize == 0\n"
        "assert table._read.cache_info().currsize == 0\n"
        "assert not {'httpx', 'textual'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    "asked",
    [
        "VolumeBackup.0209",
        "volumebackup.0209",
        " VolumeBackup.0209\n",
        "VolumeBackup. 0209",
        "'VolumeBackup.0209',",
        "volumebackup0209",
        "VolumeBackup-209",
        "VolumeBackup.209",
        "VBS.0209",
        "0209",
        "209",
    ],
)
def test_many_spellings_lead_to_one_code(asked: str) -> None:
    found = explain(asked)
    assert found.known
    assert found.code == "VolumeBackup.0209"


def test_a_completed_code_names_what_was_asked_for() -> None:
    assert explain("209").asked == "209"
    assert explain("volumebackup.0209").asked == ""


@pytest.mark.parametrize("asked", ["APIGW.0301", "apigw.0301", "APIGW.301"])
def test_the_shared_gateways_codes_are_the_gateways(asked: str) -> None:
    found = explain(asked)
    assert found.known
    assert (found.code, found.asked) == ("APIG.0301", asked)


@pytest.mark.parametrize(
    ("asked", "service", "expected"),
    [
        ("VolumeBackup.0212", "VBS", "VolumeBackup.0211"),
        ("VolumBackup.0209", "unknown", "VolumeBackup.0209"),
        ("VolumeBackup.0290", "VBS", "VolumeBackup.0209"),
        ("APIGW.0309", "API gateway", "APIG.0308"),
        ("badRequests", "unknown", "badRequest"),
        ("EVS.2054", "EVS", "EVS.2055"),
    ],
)
def test_an_unknown_code_is_named_so_and_neighbours_offered(
    asked: str, service: str, expected: str
) -> None:
    found = explain(asked)
    assert not found.known
    assert found.code == asked
    assert found.service == service
    assert expected in found.nearest
    assert not found.outcome_open
    assert "not known" in found.meaning


def test_a_number_that_is_a_status_is_told_so() -> None:
    found = explain("404")
    assert not found.known
    assert "404 Not Found" in found.cause


def test_no_code_at_all_has_an_answer() -> None:
    found = explain("  ")
    assert not found.known
    assert found.code == ""
    assert found.meaning
    assert found.remedy


@pytest.mark.parametrize("guessed", ["0201", "0209", "209", "volumebackup0209"])
def test_a_guess_is_never_taken_for_a_refusal(guessed: str) -> None:
    assert explain(guessed).known
    assert leaves_outcome_open(guessed)


def test_a_code_outside_the_table_leaves_it_to_the_status() -> None:
    assert not leaves_outcome_open("VolumeBackup.9999")
    assert not leaves_outcome_open("")


@pytest.mark.parametrize(
    ("status", "reason"),
    [(418, "I'm a Teapot"), (499, "Client error"), (599, "Server error"), (307, "Redirect")],
)
def test_an_unknown_status_falls_back_to_its_class(status: int, reason: str) -> None:
    found = explain_status(status)
    assert not found.known
    assert found.status == status
    assert reason.lower() in found.reason.lower()
    assert found.meaning
    assert found.remedy


def test_unknown_server_errors_forbid_sending_again() -> None:
    assert "do not send again" in explain_status(520).remedy


@given(st.integers())
def test_any_number_has_an_answer_as_a_status(status: int) -> None:
    found = explain_status(status)
    assert found.status == status
    assert found.reason
    assert found.meaning
    assert found.remedy


@given(ANY)
def test_nothing_makes_it_raise_and_nothing_hostile_comes_back(asked: str) -> None:
    found = explain(asked)
    assert isinstance(leaves_outcome_open(asked), bool)
    for text in (found.code, found.asked, found.cause):
        assert text.isascii()
        assert text == "" or text.isprintable()
    assert len(found.code) <= 64
    assert len(found.asked) <= 64
    assert len(found.nearest) <= 5
    assert all(explain(near).known for near in found.nearest)
    assert found.meaning
    assert found.cause
    assert found.remedy


@given(KNOWN, st.lists(st.booleans(), min_size=24, max_size=24))
def test_case_does_not_matter(code: str, raised: list[bool]) -> None:
    mixed = "".join(c.upper() if up else c.lower() for c, up in zip(code, raised, strict=False))
    assert explain(mixed) == explain(code)
    assert leaves_outcome_open(mixed) == leaves_outcome_open(code)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_case_does_not_matter_for_unknown_codes_either(asked: str) -> None:
    upper, lower = explain(asked.upper()), explain(asked.lower())
    assert (upper.known, upper.service, upper.meaning) == (
        lower.known,
        lower.service,
        lower.meaning,
    )
    assert upper.nearest == lower.nearest
