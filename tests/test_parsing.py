"""What the tests rely on: source is parsed whole, whatever ends meanwhile."""

from __future__ import annotations

import ast
import gc
import traceback
from pathlib import Path


class Leftover:
    """Garbage whose end is an accident, reported with a traceback."""

    ended = 0

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        Leftover.ended += 1
        try:
            [][Leftover.ended]
        except IndexError as error:
            traceback.format_exception(error)


def test_garbage_that_ends_with_a_traceback_disturbs_no_parsing() -> None:
    source = Path(__file__).with_name("crash_matrix.py").read_text()
    before = gc.get_threshold()
    gc.set_threshold(50)
    try:
        for _ in range(20):
            for _ in range(5):
                Leftover()
            ast.parse(source)
    finally:
        gc.set_threshold(*before)
    gc.collect()
    assert Leftover.ended == 100
