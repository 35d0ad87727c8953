"""``vbs-tui watch``: one restore, line by line as things happen, until its verdict."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import CancelledError
from dataclasses import replace

from vbs_tui.cloud.errors import Failure
from vbs_tui.commands.config import kept_tokens, read_settings, warning_about
from vbs_tui.commands.support import environment_cleanup
from vbs_tui.commands.support.cloud_choice import (
    NoCloud,
    SeveralClouds,
    Target,
    choose_cloud,
    journal_directory,
)
from vbs_tui.commands.support.cloud_options import options_for, options_of
from vbs_tui.commands.support.exit_status import (
    CONFIGURATION,
    INTERRUPTED,
    UNKNOWN,
    USAGE,
    status_of,
)
from vbs_tui.commands.support.failures import no_cloud, no_journal, tell_failure, tell_lost, unsent
from vbs_tui.commands.support.formatting import (
    event_data,
    log_line,
    names,
    not_one,
    out_json,
    place_of,
    watch_command,
)
from vbs_tui.commands.support.headless import Session
from vbs_tui.commands.support.output import err, lost_output, out
from vbs_tui.commands.support.signals import Signalled
from vbs_tui.restore.backend import Backend
from vbs_tui.restore.events import Connected, ConnectFailed, Event, RestoreChanged, WatchChanged
from vbs_tui.restore.journal.journal import JournalError
from vbs_tui.restore.journal.records import Restore, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.watch.poll_pace import PollPace
from vbs_tui.settings import Mistaken, Settings


def run(options: argparse.Namespace) -> int:
    """``vbs-tui watch``: see the exit statuses in ``--help``."""
    try:
        settings = read_settings()
    except Mistaken as error:
        tell_failure(no_cloud(error), CONFIGURATION if options.json else None)
        return CONFIGURATION
    why: Failure | None = None
    target: Target | None = None
    try:
        target = choose_cloud(options.cloud, options.region, tokens=kept_tokens(settings))
    except (NoCloud, SeveralClouds) as error:
        why = no_cloud(error)
    warn(settings)
    backend = backend_for(target, settings)
    try:
        with Session(backend, err) as session:
            found = session.result(backend.find(options.id))
            if len(found) != 1:
                return not_one(options.id, found, as_json=options.json)
            follower = Follower(session, found[0], as_json=options.json, why=why)
            if target is not None and not follower.is_over:
                backend.connect()
            try:
                return follower.follow()
            except (KeyboardInterrupt, Signalled):
                tell_how_to_go_on(session.newest(found[0]), options_of(options, target))
                raise
            except (JournalError, CancelledError) as error:
                lost = str(error) or "The program ended."
            except OSError as error:
                if not (trouble := lost_output(error)):
                    raise
                lost = f"Its output cannot be written ({trouble}), so it is not watched any more."
            tell_lost(lost, UNKNOWN if options.json else None)
            tell_how_to_go_on(session.newest(found[0]), options_of(options, target))
            return UNKNOWN
    except JournalError as error:
        failure = no_journal(JournalError(backend.journal_trouble or str(error)))
        tell_failure(failure, CONFIGURATION if options.json else None)
        return CONFIGURATION
    except CancelledError:
        tell_lost("The program ended.", CONFIGURATION if options.json else None)
        return CONFIGURATION
    except KeyboardInterrupt:
        return INTERRUPTED
    except Signalled as caught:
        return caught.status


def warn(settings: Settings) -> None:
    """Say beside the output which names protect no cloud, though they were meant to, and what is
    odd about the variables."""
    for warning in (warning_about(settings), *environment_cleanup.troubles()):
        if warning:
            err(f"warning: {warning}")


def tell_how_to_go_on(restore: Restore, cloud: Sequence[str]) -> None:
    """For who ends the watch: what goes on without it. *cloud*: the options that name it."""
    if restore.state.is_open:
        err("A restore that was sent goes on in the cloud.")
    err(f"Follow it with: {watch_command(restore, cloud)}")


def backend_for(target: Target | None, settings: Settings) -> Backend:
    """A backend over the machine's journal, as the operator's own settings want it.

    Without *target* it can only follow others.
    """
    pace = replace(PollPace(), **settings.pace)  # type: ignore[arg-type]
    if target is None:

        async def nowhere(*_: object) -> None:
            raise AssertionError("connect() is not called without a cloud")

        return Backend(nowhere, journal_directory(), pace=pace)  # type: ignore[arg-type]
    return Backend(
        target.connector,
        journal_directory(),
        cloud_name=target.name,
        read_only=target.raw_name in settings.read_only_clouds,
        pace=pace,
    )


class Follower:
    """Tells what happens to one restore, until it is over or nobody can watch it."""

    def __init__(
        self, session: Session, restore: Restore, *, as_json: bool, why: Failure | None = None
    ) -> None:
        """*why*: for what reason no cloud is connected to; ``None`` when one is."""
        self._session = session
        self._restore = restore
        self._as_json = as_json
        self._why = why
        self._told = 0
        self._cloud = ""
        """The cloud that was logged in to; empty before."""
        self._projects: frozenset[str] = frozenset()
        """Ids of those that this log-in has."""
        self._elsewhere: str | None = None
        """Why it is not watched here, empty when it is; ``None`` before anything is known."""
        self._blind = False
        self._has_looked = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be learnt from a cloud: nobody needs to log in for that.

        Of an unknown outcome, that is so only once somebody has looked since.
        """
        can_be_seen = self._why is None and not self._has_looked
        is_settled = self._restore.needs_a_word and not can_be_seen
        return not self._restore.state.is_open or is_settled

    def follow(self) -> int:
        """Until the verdict; the exit status. Raises ``JournalError``."""
        if not self._as_json:
            out(f"{place_of(self._restore)}: {names(self._restore)}")
        self._tell()
        while not self.is_over:
            event = self._session.next_event()
            if isinstance(event, ConnectFailed):
                return self._given_up(event.failure, CONFIGURATION)
            self._take(event)
            stranger = self._stranger()
            if stranger is not None:
                return self._given_up(stranger, USAGE if self._why is None else CONFIGURATION)
        restore = self._restore
        if not self._as_json:
            out(f"{restore.state.value}: {restore.summary}")
        # What went wrong on the way to a success is over, and its advice with it.
        if restore.failure is not None and restore.state is not State.SUCCEEDED:
            tell_failure(restore.failure, restore=restore)
        return status_of(restore.state)

    def _given_up(self, failure: Failure, status: int) -> int:
        tell_failure(failure, status if self._as_json else None)
        return status

    def _take(self, event: Event) -> None:
        if isinstance(event, Connected):
            self._cloud = event.cloud
            self._projects = frozenset(one.id for one in event.projects)
        elif isinstance(event, RestoreChanged) and event.restore.id == self._restore.id:
            if event.restore.revision >= self._restore.revision:
                self._restore = event.restore
                self._tell()
        elif isinstance(event, WatchChanged) and event.watch.restore_id == self._restore.id:
            self._look_at(event.watch)

    def _look_at(self, watch: Watch) -> None:
        self._elsewhere = watch.elsewhere
        if watch.looked_at is not None or watch.elsewhere.startswith("watched by"):
            self._has_looked = True
        if (watch.blind_since is not None) is not self._blind:
            self._blind = not self._blind
            err("The cloud cannot be reached." if self._blind else "The cloud is back.")

    def _stranger(self) -> Failure | None:
        """Why nobody can watch it here: it is another cloud's, or there is none. Else ``None``."""
        if self._elsewhere is None or self._elsewhere.startswith("watched by"):
            return None  # another program watches it, whatever its cloud: its journal tells
        restore = self._restore
        is_here = not self._elsewhere
        if self._why is not None and not is_here:
            means = (
                f"It belongs to {place_of(restore)}; nobody watches it, and no cloud was chosen"
                f" here: {self._why.message}"
            )
        elif not self._cloud:
            return None
        elif not is_here and not self._session.backend.reaches(restore):
            means = f"It belongs to {place_of(restore)}, and not to {self._cloud}."
        elif restore.project_id not in self._projects:
            # Two accounts of one cloud share its address.
            means = (
                f"It belongs to {place_of(restore)}, and the log-in of {self._cloud} has no such"
                " project."
            )
        else:
            return None
        return unsent("watch", f"restore {restore.id[:8]}, {names(restore)}", means, self._way())

    def _way(self) -> str:
        """How to watch it, ready to run where its cloud is configured."""
        if self._restore.cloud == self._cloud and self._session.backend.reaches(self._restore):
            return "Log in as a user who has a role in that project."
        cloud = options_for(self._restore)
        command = watch_command(self._restore, cloud or ())
        if cloud is None:
            return f"Set that cloud's OS_* variables, or name it with --cloud; then run: {command}"
        return f"Run: {command}"

    def _tell(self) -> None:
        log = self._session.result(self._session.backend.log_of(self._restore.id))
        entries = tuple(entry for entry in log if entry.number > self._told)
        self._told = entries[-1].number if entries else self._told
        if self._as_json:
            out_json(event_data(self._restore, entries))
            return
        for entry in entries:
            out(log_line(entry))
