"""``vbs-tui restore``: the same restore as on the screen, for scripts and runbooks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import CancelledError

from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.resources import Project
from vbs_tui.commands.config import kept_tokens, read_settings
from vbs_tui.commands.connecting import NoCloud, SeveralClouds, add_cloud_options, choose_cloud
from vbs_tui.commands.session import Failed, Row, Session, Signalled
from vbs_tui.commands.watch import desk_for, follow
from vbs_tui.commands.words import EXIT, err, event_data, failure_lines, names, out, out_json
from vbs_tui.config import Mistaken
from vbs_tui.restore.checks import Level
from vbs_tui.restore.desk import Examination, Refusal
from vbs_tui.restore.events import Connected, Event, ListKind, RestoreChanged
from vbs_tui.restore.records import Restore
from vbs_tui.restore.rows import plain
from vbs_tui.restore.states import State
from vbs_tui.times import local

_EPILOG = """\
exit status:
  0  accepted by the cloud; with --wait: succeeded; with --dry-run: possible
  1  refused by the cloud; with --wait: failed
  2  the outcome is unknown, or the watch was lost
  3  a hard hazard makes the restore impossible; nothing was sent
  4  nothing was sent: no cloud, an unknown or ambiguous name, a wrong --confirm, …
"""


def restore_main(argv: Sequence[str]) -> int:
    """See :func:`parser` and its exit statuses."""
    options = parser().parse_args(argv)
    if not options.dry_run and options.confirm is None:
        parser().error("--confirm VOLUME_NAME is needed: it names the disk to be overwritten")
    try:
        settings = read_settings()
        target = choose_cloud(options.cloud, options.region, tokens=kept_tokens(settings))
    except (NoCloud, SeveralClouds, Mistaken) as error:
        err(str(error).rstrip())
        return 4
    try:
        with Session(desk_for(target, settings), err) as session:
            return _run(session, options)
    except (Failed, CloudError) as error:
        for line in failure_lines(error.failure):
            err(line)
        return 4
    except (_Unclear, Refusal) as error:
        err(str(error))
        return 4
    except CancelledError:
        return 2
    except KeyboardInterrupt:
        return 130
    except Signalled as caught:
        return caught.status


def parser() -> argparse.ArgumentParser:
    """The options of ``vbs-tui restore``."""
    made = argparse.ArgumentParser(
        prog="vbs-tui restore",
        description="Restore a backup onto a volume. Everything on the volume is overwritten.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--backup", required=True, metavar="ID|NAME", help="what to restore")
    made.add_argument("--volume", required=True, metavar="ID|NAME", help="onto which disk")
    add_cloud_options(made)
    made.add_argument("--project", metavar="ID|NAME", help="default: OS_PROJECT_NAME")
    made.add_argument(
        "--confirm",
        metavar="VOLUME_NAME",
        help="the volume's name once more; the first 8 characters of its id when the name is"
        " empty, not unique or cannot be typed",
    )
    made.add_argument("--wait", action="store_true", help="watch until the verdict")
    made.add_argument("--json", action="store_true", help="JSON documents, one a line")
    made.add_argument(
        "--dry-run", action="store_true", help="show hazards and the exact request, send nothing"
    )
    return made


class _Unclear(Exception):  # noqa: N818 - the operator was unclear, nothing broke
    """A name that names nothing, or several things."""


def _run(session: Session, options: argparse.Namespace) -> int:
    project = _project(session.connect(), options.project)
    volumes = session.rows(project, ListKind.VOLUMES)
    volume_id = _resolve(volumes, options.volume, "volume")
    backup_id = _resolve(session.rows(project, ListKind.BACKUPS), options.backup, "backup")
    examined = session.desk.examine(project, backup_id, volume_id).result()
    _tell_examination(examined, as_json=options.json)
    if not examined.is_possible:
        return 3
    if options.dry_run:
        return 0
    submitted = session.desk.submit(examined, options.confirm).result()
    if options.wait:
        return follow(session, submitted, as_json=options.json, connects=True)
    return _until_answered(session, submitted, as_json=options.json)


def _until_answered(session: Session, restore: Restore, *, as_json: bool) -> int:
    def answered(event: Event) -> Restore | None:
        if isinstance(event, RestoreChanged) and event.restore.id == restore.id:
            state = event.restore.state
            return event.restore if state not in (State.PLANNED, State.SENDING) else None
        return None

    answer = session.wait_for(answered)
    if as_json:
        out_json(event_data(answer, answer.log))
    else:
        out(f"{answer.state.value}: {names(answer)}. {answer.summary}")
        out(f"Follow it with: vbs-tui watch {answer.id[:8]}")
    if answer.failure is not None and not as_json:
        for line in failure_lines(answer.failure):
            err(line)
    if answer.state in (State.ACCEPTED, State.RUNNING):
        return 0
    return EXIT.get(answer.state, 2)


def _project(connected: Connected, wanted: str | None) -> Project:
    name = wanted or connected.preferred_project
    found = [p for p in connected.projects if name in (p.id, p.name)]
    if not name and len(connected.projects) == 1:
        return connected.projects[0]
    if len(found) == 1:
        return found[0]
    known = "\n".join(f"  {p.name}  {p.id}" for p in found or connected.projects)
    if not name:
        raise _Unclear(f"Which project? Name one with --project:\n{known}")
    count = "several projects" if found else "no project"
    raise _Unclear(f"{name!r} names {count}:\n{known}")


def _resolve(rows: list[Row], wanted: str, kind: str) -> str:
    by_id = [row for row in rows if row.id == wanted]
    found = by_id or [row for row in rows if row.name == wanted]
    if len(found) == 1:
        return found[0].id
    if not found:
        raise _Unclear(f"No {kind} of this project has the id or name {wanted!r}.")
    listed = "\n".join(
        f"  {row.id}  {row.status}  {row.size or '?'} GiB"
        + (f"  {local(row.created_at)}" if row.created_at else "")
        for row in found
    )
    raise _Unclear(f"{len(found)} {kind}s are named {wanted!r}; give the id of one:\n{listed}")


def _tell_examination(examined: Examination, *, as_json: bool) -> None:
    request = examined.request
    if as_json:
        out_json(
            {
                "possible": examined.is_possible,
                "hazards": [
                    {"level": h.level.value, "short": h.short, "sentence": h.sentence}
                    for h in examined.hazards
                ],
                "request": {"method": request.method, "url": request.url, "body": request.body},
                "confirm": examined.word,
                "read_at": plain(examined.read_at),
            }
        )
        return
    backup, volume = examined.backup, examined.volume
    taken = local(backup.taken_at) if backup.taken_at else "at an unknown time"
    out(f"Backup   {backup.name or '(no name)'}, {backup.size} GiB, taken {taken} ({backup.id})")
    out(f"Volume   {volume.name or '(no name)'}, {volume.size} GiB, {volume.status} ({volume.id})")
    for hazard in examined.hazards:
        sign = "IMPOSSIBLE" if hazard.level is Level.HARD else "BEWARE"
        out(f"{sign}: {hazard.sentence}")
    out(f"Request  {request.method} {request.url}")
    out(f"         {request.body}")
    if not examined.word_is_name:
        out(f"Confirm  with the beginning of the volume's id: --confirm {examined.word}")
