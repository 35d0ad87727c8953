"""For all tests."""

from __future__ import annotations

import ast
import contextlib
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support import fork_server

_LONGEST = 60

_parse = ast.parse


@contextlib.contextmanager
def _no_garbage() -> Iterator[None]:
    """Nothing is collected meanwhile."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _parse_undisturbed(*source: Any, **how: Any) -> Any:
    with _no_garbage():
        return _parse(*source, **how)


# CPython counts how deep a tree goes in one place for all parsers. hypothesis parses the modules of
# the tests while they run; garbage that is collected right then, and whose end is reported with a
# traceback, is parsed for in between (its lines are, to be underlined), and the outer parsing fails
# with "AST constructor recursion depth mismatch".
ast.parse = _parse_undisturbed


# The journal waits for the disk at each write. Where memory can be had as a folder, tests' files
# lie there: what is written still is, and the suite does not wait for a busy disk.
_MEMORY = Path("/dev/shm")
if os.access(_MEMORY, os.W_OK | os.X_OK):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


# What was compiled once is kept, beside the checkout: each process of the tests would do it anew
# where the surroundings forbid Python to write it into the checkout.
if sys.dont_write_bytecode:
    _KEPT = Path(os.environ.get("PYTEST_DEBUG_TEMPROOT") or tempfile.gettempdir())
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(_KEPT / f"vbs-tui-bytecode-{os.getuid()}")
    del os.environ["PYTHONDONTWRITEBYTECODE"]
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix


def pytest_make_parametrize_id(val: object) -> str | None:
    """Long texts name a test by their beginning: ids travel between processes."""
    if isinstance(val, bytes):
        val = val.decode("ascii", "backslashreplace")
    if not isinstance(val, str) or len(val) <= _LONGEST:
        return None
    return ascii(val[:_LONGEST])[1:-1]


def pytest_sessionfinish() -> None:
    fork_server.close()


def pytest_collection_finish() -> None:
    """What was imported and collected stays: no need to look through it again and again."""
    gc.collect()
    gc.freeze()
    # Each test makes an app, which is large and short-lived: it need not be looked through often.
    gc.set_threshold(100_000, 50, 1000)
