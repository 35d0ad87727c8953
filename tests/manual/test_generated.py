"""What is generated and packaged is that of today."""

from __future__ import annotations

import pytest

from tests.manual.generated import KEYS, MAN_PAGE, keys_page, man_page
from vbs_tui.cli import main

AGAIN = "write it again: python -m tests.manual.generated"


def test_the_man_page_is_that_of_the_parser() -> None:
    # Python's versions break the lines of a usage differently.
    assert MAN_PAGE.read_text().split() == man_page().split(), AGAIN


def test_the_keys_are_those_of_the_command_table() -> None:
    assert KEYS.read_text() == keys_page(), AGAIN


def test_the_man_page_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["man"]) == 0
    assert capsys.readouterr().out == MAN_PAGE.read_text()
