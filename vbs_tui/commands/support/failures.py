"""Failures on the command line: the lines of the console's error pane, for standard error."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.commands.support.cloud_choice import NO_CLOUD, NoCloud, SeveralClouds
from vbs_tui.commands.support.process.output import print_err, print_folded, print_json
from vbs_tui.restore.journal.errors import JournalError
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.journal.rows import plain
from vbs_tui.settings import SettingsError
from vbs_tui.text import clean
from vbs_tui.ui.render.failure_text import decode

INDENT = 13
"""Where the text after a label begins."""

RUN_AGAIN = "run the command again"

_SCRIPT_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Press F5 to log in\. "), ""),
    (re.compile(r"reading the projects again\b"), "running the command again"),
    (re.compile(r"read the projects again(?: \(F5\))?|press F5(?: to \w+ \w+)?"), RUN_AGAIN),
    (
        re.compile(r"Press F5(?: to \w+ \w+)?|Read the projects again(?: \(F5\))?"),
        RUN_AGAIN.capitalize(),
    ),
    (re.compile(r"Refresh the lists and choose again"), f"Look at both ids, then {RUN_AGAIN}"),
    (
        re.compile(r"The jobs pane looks at disk and backup for traces, and tells what it finds"),
        "vbs-tui watch looks at disk and backup for traces, and tells what it finds",
    ),
    (re.compile(r"the project on screen"), "the project"),
    (re.compile(r"in the jobs pane"), "in the jobs of the console"),
    (re.compile(r"or press (\S+) in the jobs to"), r"or press \1 in the jobs of the console to"),
    (re.compile(r"(raw response) \(d\)"), r"\1"),
)


def for_command_line(text: str) -> str:
    """*text* with the console's own terms (keys, panes) replaced by those of the command line."""
    for pattern, words in _SCRIPT_WORDS:
        text = pattern.sub(words, text)
    return text


def failure_lines(failure: Failure, restore: Restore | None = None) -> list[str]:
    """What failed and to which object, what it means, what to do, the request's id, and more.

    *restore*: the newest revision of the restore that it belongs to.
    """
    decoded = decode(failure, None, restore)
    action = " ".join(part for part in (failure.what, failure.target) if part)
    is_local = not (failure.url or failure.status or failure.code or failure.request_id)
    lines = [f"{action}: failed"]
    if not is_local:
        lines.append(f"  {'Error':<10} {decoded.code}")
    lines.append(f"  {'Means':<10} {for_command_line(decoded.headline)}")
    for part in decoded.parts:
        text = for_command_line(part.text)
        if part.label == "Id" and is_local and failure.executed is Executed.NO:
            text = "none: nothing was sent"
        if part.label != "Object":
            lines.append(f"  {part.label:<10} {text}")
    return lines


def print_failure(
    failure: Failure, exit_status: int | None = None, *, restore: Restore | None = None
) -> None:
    """Print *failure* to standard error; with *exit_status*, also as a document to the output.

    *exit_status*: given for ``--json``. *restore*: see :func:`failure_lines`.
    """
    print_folded(failure_lines(failure, restore), INDENT, to_stderr=True)
    if exit_status is not None:
        print_json({"failure": failure_to_dict(failure), "exit_status": exit_status})


def print_watch_lost(why: str, exit_status: int | None = None) -> None:
    """Say that a watch ended early. *exit_status*: as for :func:`print_failure`."""
    print_err(why)
    if exit_status is not None:
        failure = {"what": "watch the restore", "message": why}
        print_json({"failure": failure, "exit_status": exit_status})


def failure_to_dict(failure: Failure) -> dict[str, Any]:
    """*failure* as plain data, in the terms of the command line."""
    data: dict[str, Any] = plain(asdict(failure))
    return data | {
        "message": for_command_line(failure.message),
        "hint": for_command_line(failure.hint),
    }


def local_failure(
    what: str,
    target: str,
    means: str,
    do: str,
    extra: tuple[tuple[str, str], ...] = (),
) -> Failure:
    """A failure on this side, before any request. The texts must be clean."""
    return Failure(
        kind=ErrorKind.NOT_SENT,
        executed=Executed.NO,
        what=what,
        target=target,
        message=means,
        hint=do,
        extra=extra,
    )


def no_cloud_failure(error: NoCloud | SeveralClouds | SettingsError) -> Failure:
    """The failure for settings or a configuration that name no cloud."""
    if isinstance(error, SettingsError):
        first, *more = str(error).splitlines()
        do = f"Correct the file (vbs-tui config check looks at it), then {RUN_AGAIN}."
        return local_failure(
            "read", "the settings", first, do, tuple(("Also", one) for one in more)
        )
    if isinstance(error, SeveralClouds):
        names = ", ".join(one.name for one in error.clouds)
        means = clean(f"Several clouds are configured: {names}.", 1000)
        return local_failure("choose", "the cloud", means, "Name one with --cloud.")
    if str(error) == NO_CLOUD:
        do = (
            "Name a cloud of clouds.yaml with --cloud, or set OS_AUTH_URL, OS_USERNAME, …;"
            " vbs-tui --demo needs none."
        )
        return local_failure("choose", "the cloud", "vbs-tui knows of no cloud yet.", do)
    means = " ".join(str(error).split())
    do = error.hint or f"Correct clouds.yaml or the OS_* variables, then {RUN_AGAIN}."
    return local_failure("read", "the configuration", means, do)


def program_ended_failure() -> Failure:
    """The failure for a program that ended before anything was sent."""
    means = "The program ended before anything was sent."
    return local_failure("restore", "the volume", means, f"{RUN_AGAIN.capitalize()}.")


def journal_failure(error: JournalError) -> Failure:
    """The failure for a journal that cannot be used."""
    do = (
        "Look at the file and its rights: vbs-tui doctor. XDG_STATE_HOME names another place for"
        " it, on a local disk."
    )
    return local_failure("use", "the journal", clean(error, 1000), do)
