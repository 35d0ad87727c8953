"""Failures for scripts: the same lines as in the console's error panel, in words of a script."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.commands.support.cloud_choice import NO_CLOUD, NoCloud, SeveralClouds
from vbs_tui.commands.support.output import err, out_json, tell
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.journal.rows import plain
from vbs_tui.settings import Mistaken
from vbs_tui.text import clean
from vbs_tui.ui.render.failure_text import decode

INDENT = 13
"""Where the text after a label begins."""

AGAIN = "run the command again"

_SCRIPT_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Press F5 to log in\. "), ""),
    (re.compile(r"reading the projects again\b"), "running the command again"),
    (re.compile(r"read the projects again(?: \(F5\))?|press F5(?: to \w+ \w+)?"), AGAIN),
    (
        re.compile(r"Press F5(?: to \w+ \w+)?|Read the projects again(?: \(F5\))?"),
        AGAIN.capitalize(),
    ),
    (re.compile(r"Refresh the lists and choose again"), f"Look at both ids, then {AGAIN}"),
    (
        re.compile(r"The jobs pane looks at disk and backup for traces, and tells what it finds"),
        "vbs-tui watch looks at disk and backup for traces, and tells what it finds",
    ),
    (re.compile(r"the project on screen"), "the project"),
    (re.compile(r"in the jobs pane"), "in the jobs of the console"),
    (re.compile(r"or press (\S+) in the jobs to"), r"or press \1 in the jobs of the console to"),
    (re.compile(r"(raw response) \(d\)"), r"\1"),
)


def for_scripts(text: str) -> str:
    """*text* with what only the console has put into words of a command line."""
    for pattern, words in _SCRIPT_WORDS:
        text = pattern.sub(words, text)
    return text


def failure_lines(failure: Failure, restore: Restore | None = None) -> list[str]:
    """What happened, to which object, what it means, what to do, the id, and what else is known;
    *restore*: that which it belongs to, as it is known by now."""
    decoded = decode(failure, None, restore)
    deed = " ".join(part for part in (failure.what, failure.target) if part)
    is_local = not (failure.url or failure.status or failure.code or failure.request_id)
    lines = [f"{deed}: failed"]
    if not is_local:
        lines.append(f"  {'Error':<10} {decoded.code}")
    lines.append(f"  {'Means':<10} {for_scripts(decoded.headline)}")
    for part in decoded.parts:
        text = for_scripts(part.text)
        if part.label == "Id" and is_local and failure.executed is Executed.NO:
            text = "none: nothing was sent"
        if part.label != "Object":
            lines.append(f"  {part.label:<10} {text}")
    return lines


def tell_failure(
    failure: Failure, exit_status: int | None = None, *, restore: Restore | None = None
) -> None:
    """Print *failure* beside the output; for ``--json``, *exit_status* with it in the output.
    *restore*: see :func:`failure_lines`."""
    tell(failure_lines(failure, restore), INDENT, beside=True)
    if exit_status is not None:
        out_json({"failure": failure_data(failure), "exit_status": exit_status})


def tell_lost(why: str, exit_status: int | None = None) -> None:
    """A watch ends, and what it watched may go on; as for :func:`tell_failure`."""
    err(why)
    if exit_status is not None:
        failure = {"what": "watch the restore", "message": why}
        out_json({"failure": failure, "exit_status": exit_status})


def failure_data(failure: Failure) -> dict[str, Any]:
    """*failure* as plain data, in words of a command line."""
    data: dict[str, Any] = plain(asdict(failure))
    return data | {"message": for_scripts(failure.message), "hint": for_scripts(failure.hint)}


def unsent(
    what: str,
    target: str,
    means: str,
    do: str,
    extra: tuple[tuple[str, str], ...] = (),
) -> Failure:
    """A failure that no cloud was asked for. The texts must be clean."""
    return Failure(
        kind=ErrorKind.NOT_SENT,
        executed=Executed.NO,
        what=what,
        target=target,
        message=means,
        hint=do,
        extra=extra,
    )


def no_cloud(error: NoCloud | SeveralClouds | Mistaken) -> Failure:
    """The settings or the configuration lead to no cloud."""
    if isinstance(error, Mistaken):
        first, *more = str(error).splitlines()
        do = f"Correct the file (vbs-tui config check looks at it), then {AGAIN}."
        return unsent("read", "the settings", first, do, tuple(("Also", one) for one in more))
    if isinstance(error, SeveralClouds):
        names = ", ".join(one.name for one in error.clouds)
        means = clean(f"Several clouds are configured: {names}.", 1000)
        return unsent("choose", "the cloud", means, "Name one with --cloud.")
    if str(error) == NO_CLOUD:
        do = (
            "Name a cloud of clouds.yaml with --cloud, or set OS_AUTH_URL, OS_USERNAME, …;"
            " vbs-tui --demo needs none."
        )
        return unsent("choose", "the cloud", "vbs-tui knows of no cloud yet.", do)
    means = " ".join(str(error).split())
    do = error.hint or f"Correct clouds.yaml or the OS_* variables, then {AGAIN}."
    return unsent("read", "the configuration", means, do)


def program_ended() -> Failure:
    """The program was told to end before anything was sent."""
    means = "The program ended before anything was sent."
    return unsent("restore", "the volume", means, f"{AGAIN.capitalize()}.")
