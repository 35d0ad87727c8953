"""``vbs-tui watch``: one restore, line by line as things happen, until its verdict."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import CancelledError
from dataclasses import replace

from vbs_tui.commands.config import kept_tokens, read_settings
from vbs_tui.commands.connecting import (
    NoCloud,
    SeveralClouds,
    Target,
    add_cloud_options,
    choose_cloud,
    journal_directory,
)
from vbs_tui.commands.jobs import not_one
from vbs_tui.commands.session import Session, Signalled
from vbs_tui.commands.words import (
    EXIT,
    err,
    event_data,
    failure_lines,
    log_line,
    names,
    out,
    out_json,
)
from vbs_tui.config import Mistaken, Settings
from vbs_tui.restore.desk import Desk
from vbs_tui.restore.events import ConnectFailed, Event, RestoreChanged, WatchChanged
from vbs_tui.restore.journal import JournalError
from vbs_tui.restore.pace import Pace
from vbs_tui.restore.records import Restore


def watch_main(argv: Sequence[str]) -> int:
    """``watch ID [--json]``: exit 0 succeeded, 1 failed, 2 unknown or lost, 130 interrupted."""
    parser = argparse.ArgumentParser(
        prog="vbs-tui watch",
        description="Follow one restore until its verdict.",
        epilog="exit status: 0 succeeded, 1 failed or refused, 2 outcome unknown or watch lost,"
        " 4 nothing to watch, 130 interrupted",
    )
    parser.add_argument("id", metavar="ID", help="its id, or the beginning of it")
    add_cloud_options(parser)
    parser.add_argument("--json", action="store_true", help="one JSON document a line")
    options = parser.parse_args(argv)
    try:
        settings = read_settings()
    except Mistaken as error:
        err(str(error))
        return 4
    try:
        target = choose_cloud(options.cloud, options.region, tokens=kept_tokens(settings))
    except (NoCloud, SeveralClouds):
        target = None
    desk = desk_for(target, settings)
    try:
        with Session(desk, err) as session:
            found = desk.find(options.id).result()
            if len(found) != 1:
                return not_one(options.id, found)
            if target is not None:
                desk.connect()
            return follow(session, found[0], as_json=options.json, connects=target is not None)
    except (JournalError, CancelledError) as error:
        err(str(error) or "The program ended.")
        return 2
    except KeyboardInterrupt:
        return 130
    except Signalled as caught:
        return caught.status


def desk_for(target: Target | None, settings: Settings) -> Desk:
    """A desk over the machine's journal, as the operator's own settings want it.

    Without *target* it can only follow others.
    """
    pace = replace(Pace(), **settings.pace)  # type: ignore[arg-type]
    if target is None:

        async def nowhere(*_: object) -> None:
            raise AssertionError("connect() is not called without a cloud")

        return Desk(nowhere, journal_directory(), pace=pace)  # type: ignore[arg-type]
    return Desk(
        target.connector,
        journal_directory(),
        cloud_name=target.name,
        read_only=target.raw_name in settings.read_only_clouds,
        pace=pace,
    )


def follow(session: Session, restore: Restore, *, as_json: bool, connects: bool) -> int:
    """Tell what happens to *restore* until it is over, or nobody can watch it."""
    told = 0
    if not as_json:
        out(names(restore))

    def tell(current: Restore) -> None:
        nonlocal told
        entries = tuple(
            entry for entry in session.desk.log_of(current.id).result() if entry.number > told
        )
        told = entries[-1].number if entries else told
        if as_json:
            out_json(event_data(current, entries))
            return
        for entry in entries:
            out(log_line(entry))

    tell(restore)
    blind = False
    while restore.state.is_open:
        if restore.needs_a_word:
            break
        event: Event = session.next_event()
        if isinstance(event, RestoreChanged) and event.restore.id == restore.id:
            if event.restore.revision >= restore.revision:
                restore = event.restore
                tell(restore)
        elif isinstance(event, ConnectFailed):
            for line in failure_lines(event.failure):
                err(line)
            return 2
        elif isinstance(event, WatchChanged) and event.watch.restore_id == restore.id:
            if event.watch.elsewhere.startswith("connect to") and not connects:
                err(f"Nobody watches it here: {event.watch.elsewhere}.")
                return 2
            if (event.watch.blind_since is not None) is not blind:
                blind = not blind
                err("The cloud cannot be reached." if blind else "The cloud is back.")
    if not as_json:
        out(f"{restore.state.value}: {restore.summary}")
        for line in failure_lines(restore.failure) if restore.failure else ():
            out(line)
    return EXIT.get(restore.state, 2)
