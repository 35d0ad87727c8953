"""Text from outside: nothing that a terminal obeys or hides gets through."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbs_tui.text import clean, clean_block, is_typeable

ANYTHING = st.text(st.characters(), max_size=60) | st.text(
    st.sampled_from("a\x1b[31m\x9b\u202e\u200b\u2066\x00\r\n\t\ud800\ufeff\u0301\u2028\ue000"),
    max_size=60,
)


@given(ANYTHING)
def test_nothing_hidden_or_obeyed_is_left(text: str) -> None:
    for char in clean(text):
        assert unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        assert char == " " or unicodedata.category(char) != "Zs"


@given(ANYTHING, st.integers(1, 40))
def test_the_length_is_bounded(text: str, limit: int) -> None:
    assert len(clean(text, limit)) <= limit


@given(ANYTHING)
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("db-data-01", "db-data-01"),
        (None, ""),
        (17, "17"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\x9b1mb", "a\\x9b1mb"),
        ("x\u202egpj", "x\\u202egpj"),
        ("two\nlines\tand", "two lines and"),
        ("größe 数据 🚀", "größe 数据 🚀"),
        ("[red]x[/red]", "[red]x[/red]"),
        ("blank\u00a0blank", "blank\\xa0blank"),
        ("zalgo\u0301\u0301\u0301\u0301", "zalgo\u0301\u0301"),
        ("\ud800", "\\ud800"),
        (b"bytes \xff", "bytes \ufffd"),
    ],
)
def test_how_it_is_shown(text: object, shown: str) -> None:
    assert clean(text) == shown


def test_cutting_leaves_a_sign() -> None:
    assert clean("abcdef", 4) == "abc…"
    assert clean("ab\x1b\x1b", 7) == "ab\\x1b…"


def test_blocks_keep_their_lines() -> None:
    assert clean_block("a\r\nb\x1b\nc") == "a\nb\\x1b\nc"


def test_something_that_cannot_be_text_is_still_no_accident() -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError

    assert clean(Odd()) == "?"


@pytest.mark.parametrize("name", ["db-data-01", "Finance Share Q4", "[x]"])
def test_what_can_be_typed(name: str) -> None:
    assert is_typeable(name)


@pytest.mark.parametrize("name", ["", " x", "x ", "größe", "a\tb", "раypal"])
def test_what_cannot_be_typed_for_sure(name: str) -> None:
    assert not is_typeable(name)
