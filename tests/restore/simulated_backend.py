"""What tests ask of a backend on the simulated cloud."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from tests.support.simulated import Listener
from vbs_tui.cloud.resources import Project
from vbs_tui.restore.backend import Examination, Refusal
from vbs_tui.restore.events import Event, RestoreChanged
from vbs_tui.restore.journal.records import Restore


def examine(listener: Listener, project: Project, backup: str, volume: str) -> Examination:
    """The examination of a backup and a volume, given by name."""
    world = listener.world
    found = listener.backend.examine(project, world.backup(backup).id, world.volume(volume).id)
    return found.result(30)


def refused(future: Future[Restore]) -> str:
    """Why the backend refused."""
    with pytest.raises(Refusal) as caught:
        future.result(30)
    return str(caught.value)


def watched_to_the_end(listener: Listener, restore_id: str) -> Restore:
    """The restore once it has ended, or only the operator can settle it."""

    def found(event: Event) -> Restore | None:
        if isinstance(event, RestoreChanged) and event.restore.id == restore_id:
            one = event.restore
            return one if one.state.is_final or one.needs_settlement else None
        return None

    return listener.wait(found)
