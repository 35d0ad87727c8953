"""``vbs-tui restore``: the same restore as in the console, for scripts and runbooks."""

from __future__ import annotations

import argparse
import shlex
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from typing import Any

from vbs_tui.cloud.errors import CloudError, Failure
from vbs_tui.cloud.resources import Project
from vbs_tui.commands.support.cloud_choice import NoCloud, SeveralClouds, Target, choose_cloud
from vbs_tui.commands.support.cloud_options import cloud_options
from vbs_tui.commands.support.exit_status import (
    CONFIGURATION,
    IMPOSSIBLE,
    INTERRUPTED,
    NOT_SENT,
    OK,
    UNKNOWN,
    status_of,
)
from vbs_tui.commands.support.failures import (
    RUN_AGAIN,
    failure_to_dict,
    for_command_line,
    journal_failure,
    local_failure,
    no_cloud_failure,
    print_failure,
    print_watch_lost,
    program_ended_failure,
)
from vbs_tui.commands.support.follower import (
    Follower,
    backend_for,
    print_how_to_follow,
    print_warnings,
)
from vbs_tui.commands.support.formatting import (
    backup_to_volume,
    event_to_dict,
    location,
    watch_command,
)
from vbs_tui.commands.support.headless_backend import BackendFailure, HeadlessBackend, Row
from vbs_tui.commands.support.operator_settings import read_settings, token_directory_for
from vbs_tui.commands.support.process.output import print_err, print_folded, print_json, print_out
from vbs_tui.commands.support.process.signals import SignalReceived
from vbs_tui.restore.backend import Backend, Examination, Refusal
from vbs_tui.restore.checks.hazard_rules import Level
from vbs_tui.restore.events import Connected, Event, ListKind, RestoreChanged
from vbs_tui.restore.journal.errors import JournalError
from vbs_tui.restore.journal.records import Restore
from vbs_tui.restore.journal.rows import plain
from vbs_tui.restore.journal.states import State
from vbs_tui.settings import SettingsError
from vbs_tui.text import clean
from vbs_tui.times import local

_MAX_ROWS = 20
"""Rows of a list to choose from."""


def run(options: argparse.Namespace) -> int:
    """``vbs-tui restore``: see the exit statuses in ``--help``."""
    if not options.dry_run and options.confirm is None:
        options.parser.error("--confirm VOLUME_NAME is needed: it names the disk to be overwritten")
    try:
        settings = read_settings()
        target = choose_cloud(options.cloud, options.region, tokens=token_directory_for(settings))
    except (NoCloud, SeveralClouds, SettingsError) as error:
        return _ended(no_cloud_failure(error), CONFIGURATION, options)
    print_warnings(settings)
    try:
        with HeadlessBackend(backend_for(target, settings), print_err) as headless:
            return _run(headless, options, target)
    except (BackendFailure, CloudError) as error:
        return _ended(error.failure, CONFIGURATION, options)
    except _NotSent as error:
        return _ended(error.failure, NOT_SENT, options)
    except CancelledError:
        return _ended(program_ended_failure(), NOT_SENT, options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SignalReceived as caught:
        return caught.status


def _ended(failure: Failure, status: int, options: argparse.Namespace) -> int:
    print_failure(failure, status if options.json else None)
    return status


class _NotSent(Exception):  # noqa: N818 - carries a Failure
    """Nothing was sent: a name matches nothing or several things, or the backend refused."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)


def _run(headless: HeadlessBackend, options: argparse.Namespace, target: Target) -> int:
    cloud = cloud_options(options, target)
    attempt = _Attempt()
    try:
        examined = _examine(headless, options)
        if not examined.is_possible:
            return IMPOSSIBLE
        if options.dry_run:
            return OK
        return _send(headless, examined, options, cloud, attempt)
    except (KeyboardInterrupt, SignalReceived):
        headless.stop()  # then its state is on record
        _print_interrupted(headless, attempt, cloud)
        raise


class _Attempt:
    """How far a restore came, also when a signal interrupts the command."""

    submitting: Future[Restore] | None = None
    submitted: Restore | None = None

    @property
    def restore(self) -> Restore | None:
        """The restore, if it came as far as the journal."""
        if self.submitted is not None:
            return self.submitted
        done = self.submitting
        if done is None or not done.done() or done.cancelled():
            return None
        return done.result() if done.exception() is None else None


def _examine(headless: HeadlessBackend, options: argparse.Namespace) -> Examination:
    connected = headless.connect()
    project = _project(connected, options.project)
    volumes = headless.rows(project, ListKind.VOLUMES)
    volume_id = _resolve(volumes, options.volume, "volume", project)
    backups = headless.rows(project, ListKind.BACKUPS)
    backup_id = _resolve(backups, options.backup, "backup", project)
    examined = headless.result(headless.backend.examine(project, backup_id, volume_id))
    hazard = None if examined.is_possible else _impossible(examined)
    _print_examination(examined, connected.cloud, hazard, as_json=options.json)
    if hazard is not None:
        print_failure(hazard)
    return examined


def _impossible(examined: Examination) -> Failure:
    """The failure for a restore with a hard hazard."""
    first, *more = [one.sentence for one in examined.hazards if one.level is Level.HARD]
    volume = f"volume {examined.volume.name or examined.volume.id}"
    do = f"Correct that, or choose another backup or volume; then {RUN_AGAIN}."
    return local_failure("restore", volume, first, do, tuple(("Also", one) for one in more))


def _send(
    headless: HeadlessBackend,
    examined: Examination,
    options: argparse.Namespace,
    cloud: list[str],
    attempt: _Attempt,
) -> int:
    """Submit, and watch with ``--wait``. From here on the outcome may be unknown.

    *cloud*: the options that name the cloud.
    """
    try:
        with headless.signals.deferred():
            attempt.submitting = headless.backend.submit(
                examined,
                options.confirm,
                backup_is_named=True,
                retry_throttled=options.retry_throttled,
            )
        attempt.submitted = submitted = headless.result(attempt.submitting)
        if options.wait:
            return Follower(headless, submitted, as_json=options.json).follow()
        return _until_answered(headless, submitted, cloud, as_json=options.json)
    except Refusal as error:
        if trouble := headless.backend.journal_trouble:
            raise BackendFailure(journal_failure(JournalError(trouble))) from error
        raise _NotSent(_refused(error, examined, options, headless.backend)) from error
    except (CancelledError, JournalError) as error:
        print_watch_lost(str(error) or "The program ended.", UNKNOWN if options.json else None)
    except OSError as error:  # a full disk, or nobody reads any more: the restore goes on
        why = error.strerror or type(error).__name__
        print_err(f"Its output cannot be written ({why}), so it is not watched any more.")
        headless.stop()  # then its state is on record
        if attempt.restore is not None and headless.latest(attempt.restore).state is State.NOT_SENT:
            print_err("Nothing was sent.")
            return NOT_SENT
    if attempt.submitted is not None:
        print_how_to_follow(attempt.submitted, cloud)
    return UNKNOWN


def _print_interrupted(headless: HeadlessBackend, attempt: _Attempt, cloud: list[str]) -> None:
    restore = attempt.restore
    if restore is None:
        print_err("Nothing was sent.")
        return
    restore = headless.latest(restore)
    if restore.state.is_final:
        print_err(f"{restore.state.value}: {restore.summary}")
    else:
        print_how_to_follow(restore, cloud)


def _refused(
    error: Refusal, examined: Examination, options: argparse.Namespace, backend: Backend
) -> Failure:
    """The backend's refusal as a failure, with what to do about it."""
    if backend.read_only:
        do = "If it is meant to be written to, take it out of read_only_clouds (config.toml)."
    elif options.confirm not in (examined.required_text, examined.confirmation.volume):
        word = examined.confirmation.volume
        do = f"Make sure that it is the right disk; then --confirm {shlex.quote(word)}"
        if not examined.confirmation.volume_is_name:
            do += " (the beginning of its id)"
    else:
        do = f"vbs-tui jobs --open lists what is under way; then {RUN_AGAIN}."
    volume = f"volume {examined.volume.name or examined.volume.id}"
    return local_failure("restore", volume, for_command_line(str(error)), do)


_UNWATCHED = (
    "No clear answer came: it may have been executed. Nobody looks at disk and backup for traces"
    " until it is followed."
)


def _until_answered(
    headless: HeadlessBackend, restore: Restore, cloud: list[str], *, as_json: bool
) -> int:
    def answered(event: Event) -> Restore | None:
        if isinstance(event, RestoreChanged) and event.restore.id == restore.id:
            state = event.restore.state
            return event.restore if state not in (State.PLANNED, State.SENDING) else None
        return None

    answer = headless.wait_for(answered)
    if answer.state is State.UNKNOWN:
        answer = replace(answer, summary=_UNWATCHED)
    if as_json:
        print_json(event_to_dict(answer, answer.log))
    else:
        print_out(f"{answer.state.value}: {backup_to_volume(answer)}. {answer.summary}")
        if answer.state.is_open:
            print_out(f"Follow it with: {watch_command(answer, cloud)}")
    if answer.state in (State.ACCEPTED, State.RUNNING, State.SUCCEEDED):
        return OK
    if answer.failure is not None:
        print_failure(answer.failure, restore=answer)
    return status_of(answer.state)


def _project(connected: Connected, wanted: str | None) -> Project:
    name = wanted or connected.preferred_project
    found = [p for p in connected.projects if name in (p.id, p.name)]
    if not name and len(connected.projects) == 1:
        return connected.projects[0]
    if len(found) == 1:
        return found[0]
    known = tuple(("One", f"{p.name}  {p.id}") for p in (found or connected.projects)[:_MAX_ROWS])
    do = "Name one with --project." if known else "Ask for a role in a project."
    where = clean(f" of {connected.cloud}", 80)
    if not name:
        raise _NotSent(
            local_failure("choose", f"a project{where}", "No project is named.", do, known)
        )
    count = "Several projects have" if found else "This user has no project with"
    means = f"{count} that id or name."
    do = "Name one by its id: --project ID." if found else do
    shown = repr(clean(name, 100))
    raise _NotSent(local_failure("find", f"the project {shown}{where}", means, do, known))


def _resolve(rows: list[Row], wanted: str, kind: str, project: Project) -> str:
    by_id = [row for row in rows if row.id == wanted]
    found = by_id or [row for row in rows if row.name == wanted]
    if len(found) == 1:
        return found[0].id
    target = f"the {kind} {clean(wanted, 100)!r} of project {project.name}"
    if not found:
        means = f"No {kind} of this project has that id or name."
        do = f"Look at its spelling and at --project, then {RUN_AGAIN}."
        raise _NotSent(local_failure("find", target, means, do))
    listed = tuple(
        (
            "One",
            f"{row.id}  {row.status}  {row.size or '?'} GiB"
            + (f"  {local(row.created_at)}" if row.created_at else ""),
        )
        for row in found[:_MAX_ROWS]
    )
    means = f"{len(found)} {kind}s have that name."
    raise _NotSent(
        local_failure("find", target, means, f"Give the id of one: --{kind} ID.", listed)
    )


def _why_not(failure: Failure | None) -> dict[str, Any]:
    if failure is None:
        return {}
    return {"failure": failure_to_dict(failure), "exit_status": IMPOSSIBLE}


def _print_examination(
    examined: Examination, cloud: str, failure: Failure | None, *, as_json: bool
) -> None:
    """*failure*: why it is impossible; ``None`` when it is not."""
    request = examined.request
    project = examined.project
    if as_json:
        print_json(
            {
                "cloud": cloud,
                "region": examined.region,
                "project": {"id": project.id, "name": project.name},
                "possible": examined.is_possible,
                "hazards": [
                    {"level": h.level.value, "short": h.short, "sentence": h.sentence}
                    for h in examined.hazards
                ],
                "request": {"method": request.method, "url": request.url, "body": request.body},
                "confirm": examined.confirmation.volume,
                "read_at": plain(examined.read_at),
            }
            | _why_not(failure)
        )
        return
    backup, volume = examined.backup, examined.volume
    taken = local(backup.taken_at) if backup.taken_at else "at an unknown time"
    lines = [
        f"Cloud    {location(cloud, examined.region, project.name)} ({project.id})",
        f"Backup   {backup.name or '(no name)'}, {backup.size} GiB, taken {taken} ({backup.id})",
        f"Volume   {volume.name or '(no name)'}, {volume.size} GiB, {volume.status} ({volume.id})",
    ]
    for hazard in examined.hazards:
        sign = "IMPOSSIBLE" if hazard.level is Level.HARD else "BEWARE"
        lines.append(f"{sign}: {hazard.sentence}")
    lines += [f"Request  {request.method} {request.url}", f"         {request.body}"]
    if not examined.confirmation.volume_is_name:
        word = shlex.quote(examined.confirmation.volume)
        lines.append(f"Confirm  with the beginning of the volume's id: --confirm {word}")
    print_folded(lines, 9)
