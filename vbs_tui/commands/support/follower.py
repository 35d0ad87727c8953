"""Following one restore, line by line as things happen, until its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vbs_tui.cloud.errors import Failure
from vbs_tui.commands.support.cloud_choice import Target, journal_directory
from vbs_tui.commands.support.cloud_options import cloud_options_of
from vbs_tui.commands.support.exit_status import CONFIGURATION, USAGE, status_of
from vbs_tui.commands.support.failures import local_failure, print_failure
from vbs_tui.commands.support.formatting import (
    backup_to_volume,
    event_to_dict,
    location_of,
    log_line,
    watch_command,
)
from vbs_tui.commands.support.headless_backend import HeadlessBackend
from vbs_tui.commands.support.operator_settings import read_only_warning
from vbs_tui.commands.support.process import environment_cleanup
from vbs_tui.commands.support.process.output import print_err, print_json, print_out
from vbs_tui.restore.backend import Backend
from vbs_tui.restore.events import Connected, ConnectFailed, Event, RestoreChanged, WatchChanged
from vbs_tui.restore.journal.records import Restore, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.restore.watch.poll_pace import PollPace
from vbs_tui.settings import Settings


def print_warnings(settings: Settings) -> None:
    """Warn on standard error of names in ``read_only_clouds`` that no cloud has, and of odd
    environment variables."""
    for warning in (read_only_warning(settings), *environment_cleanup.warnings()):
        if warning:
            print_err(f"warning: {warning}")


def print_how_to_follow(restore: Restore, cloud: Sequence[str]) -> None:
    """Say how to follow *restore* again. *cloud*: the options that name its cloud."""
    if restore.state.is_open:
        print_err("A restore that was sent goes on in the cloud.")
    print_err(f"Follow it with: {watch_command(restore, cloud)}")


def backend_for(target: Target | None, settings: Settings) -> Backend:
    """A backend over this machine's journal, set up by the operator's settings.

    Without *target* it can only follow what other programs watch.
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
    """Prints what happens to one restore, until it has ended or cannot be watched."""

    def __init__(
        self,
        headless: HeadlessBackend,
        restore: Restore,
        *,
        as_json: bool,
        why: Failure | None = None,
    ) -> None:
        """*why*: the reason that no cloud is connected to; ``None`` when one is."""
        self._headless = headless
        self._restore = restore
        self._as_json = as_json
        self._why = why
        self._printed = 0
        self._cloud = ""
        """The cloud that was logged in to; empty before."""
        self._projects: frozenset[str] = frozenset()
        """Ids of the projects of this log-in."""
        self._elsewhere: str | None = None
        """Why it is not watched here, empty when it is; ``None`` before anything is known."""
        self._blind = False
        self._has_looked = False

    @property
    def is_over(self) -> bool:
        """Whether a cloud can tell nothing more, so that nobody needs to log in.

        For an unknown outcome this holds only after somebody has looked once more.
        """
        can_be_seen = self._why is None and not self._has_looked
        is_settled = self._restore.needs_settlement and not can_be_seen
        return not self._restore.state.is_open or is_settled

    def follow(self) -> int:
        """Print until the verdict; the exit status. Raises ``JournalError``."""
        if not self._as_json:
            print_out(f"{location_of(self._restore)}: {backup_to_volume(self._restore)}")
        self._print_news()
        while not self.is_over:
            event = self._headless.next_event()
            if isinstance(event, ConnectFailed):
                return self._give_up(event.failure, CONFIGURATION)
            self._handle(event)
            unreachable = self._unreachable()
            if unreachable is not None:
                return self._give_up(unreachable, USAGE if self._why is None else CONFIGURATION)
        restore = self._restore
        if not self._as_json:
            print_out(f"{restore.state.value}: {restore.summary}")
        # An error on the way to a success no longer matters, and neither does its advice.
        if restore.failure is not None and restore.state is not State.SUCCEEDED:
            print_failure(restore.failure, restore=restore)
        return status_of(restore.state)

    def _give_up(self, failure: Failure, status: int) -> int:
        print_failure(failure, status if self._as_json else None)
        return status

    def _handle(self, event: Event) -> None:
        if isinstance(event, Connected):
            self._cloud = event.cloud
            self._projects = frozenset(one.id for one in event.projects)
        elif isinstance(event, RestoreChanged) and event.restore.id == self._restore.id:
            if event.restore.revision >= self._restore.revision:
                self._restore = event.restore
                self._print_news()
        elif isinstance(event, WatchChanged) and event.watch.restore_id == self._restore.id:
            self._handle_watch(event.watch)

    def _handle_watch(self, watch: Watch) -> None:
        self._elsewhere = watch.elsewhere
        if watch.looked_at is not None or watch.elsewhere.startswith("watched by"):
            self._has_looked = True
        if (watch.blind_since is not None) is not self._blind:
            self._blind = not self._blind
            print_err("The cloud cannot be reached." if self._blind else "The cloud is back.")

    def _unreachable(self) -> Failure | None:
        """Why it cannot be watched here (another cloud's, or no cloud); ``None`` when it can."""
        if self._elsewhere is None or self._elsewhere.startswith("watched by"):
            return None  # another program watches it; the shared journal says how it goes
        restore = self._restore
        is_here = not self._elsewhere
        if self._why is not None and not is_here:
            means = (
                f"It belongs to {location_of(restore)}; nobody watches it, and no cloud was chosen"
                f" here: {self._why.message}"
            )
        elif not self._cloud:
            return None
        elif not is_here and not self._headless.backend.can_watch(restore):
            means = f"It belongs to {location_of(restore)}, and not to {self._cloud}."
        elif restore.project_id not in self._projects:
            # Two accounts of one cloud share its address.
            means = (
                f"It belongs to {location_of(restore)}, and the log-in of {self._cloud} has no such"
                " project."
            )
        else:
            return None
        return local_failure(
            "watch", f"restore {restore.id[:8]}, {backup_to_volume(restore)}", means, self._advice()
        )

    def _advice(self) -> str:
        """What to do to watch it: a command to run, where its cloud is configured."""
        if self._restore.cloud == self._cloud and self._headless.backend.can_watch(self._restore):
            return "Log in as a user who has a role in that project."
        cloud = cloud_options_of(self._restore)
        command = watch_command(self._restore, cloud or ())
        if cloud is None:
            return f"Set that cloud's OS_* variables, or name it with --cloud; then run: {command}"
        return f"Run: {command}"

    def _print_news(self) -> None:
        log = self._headless.result(self._headless.backend.log_of(self._restore.id))
        entries = tuple(entry for entry in log if entry.number > self._printed)
        self._printed = entries[-1].number if entries else self._printed
        if self._as_json:
            print_json(event_to_dict(self._restore, entries))
            return
        for entry in entries:
            print_out(log_line(entry))
