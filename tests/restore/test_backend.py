"""The backend on the simulated cloud: from examination to verdict, over real HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.restore.simulated_backend import examine, refused, watched_to_the_end
from tests.support.simulated import Listener, fast_backend
from vbs_tui.clock import Instant
from vbs_tui.cloud.errors import Executed
from vbs_tui.cloud.provider import Connection
from vbs_tui.cloud.resources import Project
from vbs_tui.restore.backend import Backend
from vbs_tui.restore.events import (
    ConnectFailed,
    Event,
    ListKind,
    Notice,
    ProjectFailed,
    RestoreChanged,
    SecretWanted,
)
from vbs_tui.restore.journal.states import State
from vbs_tui.simulator import Simulator
from vbs_tui.times import local_day


def test_one_confirmation_is_one_post_with_exactly_this_body(
    simulator: Simulator, listener: Listener, project: Project
) -> None:
    examined = examine(listener, project, "demo-succeeds", "rehearsal-01")
    assert examined.hazards == ()
    submitted = listener.backend.submit(examined, examined.required_text).result(30)
    assert listener.settled(submitted.id).state is State.SUCCEEDED
    (post,) = simulator.ledger.restore_posts()
    assert post.method == "POST"
    assert post.path == f"/v2/{project.id}/cloudbackups/{examined.backup.id}/restore"
    assert post.query == ""
    assert post.body == b'{"restore": {"volume_id": "%s"}}' % examined.volume.id.encode()
    assert examined.request.body.encode() == post.body
    assert simulator.ledger.deleted_backups == []
    log = [entry.text for entry in listener.backend.log_of(submitted.id).result(30)]
    assert log[0].startswith("confirmed by ")
    assert "SUCCESS" in log[-1]


@pytest.mark.parametrize(
    ("backup", "volume", "state", "code", "executed"),
    [
        ("demo-fails-while-writing", "rehearsal-02", State.FAILED, "VolumeBackup.0200", 1),
        ("demo-fails-before-writing", "rehearsal-03", State.FAILED, "VolumeBackup.0205", 1),
        ("demo-refused", "rehearsal-04", State.REFUSED, "VolumeBackup.0044", 0),
        ("demo-no-answer", "rehearsal-06", State.SUCCEEDED, None, 1),
        ("demo-job-forgotten", "rehearsal-07", State.SUCCEEDED, None, 1),
    ],
)
def test_the_demos_named_backups_end_as_they_say(
    simulator: Simulator,
    listener: Listener,
    project: Project,
    backup: str,
    volume: str,
    state: State,
    code: str | None,
    executed: int,
) -> None:
    simulator.speed = 15.0
    examined = examine(listener, project, backup, volume)
    submitted = listener.backend.submit(examined, examined.required_text).result(30)
    ended = listener.settled(submitted.id)
    assert ended.state is state
    assert (ended.failure.code if ended.failure and code else None) == code
    assert len(simulator.ledger.restore_posts()) == 1
    assert len(simulator.ledger.restores) == executed


def test_a_server_error_stays_unknown_and_is_sent_once(
    simulator: Simulator, listener: Listener, project: Project
) -> None:
    examined = examine(listener, project, "demo-server-error", "rehearsal-05")
    submitted = listener.backend.submit(examined, examined.required_text).result(30)

    def untraced(event: object) -> bool | None:
        if isinstance(event, RestoreChanged) and "Probably not" in event.restore.summary:
            return True
        return None

    listener.wait(untraced)
    assert len(simulator.ledger.restore_posts()) == 1
    assert simulator.ledger.restores == []
    words = refused(listener.backend.submit(examined, examined.required_text))
    assert "already in a restore" in words
    assert examined.conflict == ""
    again = examine(listener, project, "demo-server-error", "rehearsal-05")
    assert again.conflict == words
    assert examine(listener, project, "demo-succeeds", "rehearsal-01").conflict == ""
    assert "not sent" in refused(listener.backend.settle(submitted.id, "yes"))
    listener.backend.settle(submitted.id, "not sent").result(30)
    assert listener.settled(submitted.id).state is State.ABANDONED


def test_an_unknown_restore_of_another_cloud_takes_more_than_two_words(
    simulator: Simulator, listener: Listener, project: Project, tmp_path: Path
) -> None:
    examined = examine(listener, project, "demo-server-error", "rehearsal-05")
    submitted = listener.backend.submit(examined, examined.required_text).result(30)

    def unknown(event: object) -> bool | None:
        is_one = isinstance(event, RestoreChanged) and event.restore.state is State.UNKNOWN
        return is_one or None

    listener.wait(unknown)
    assert listener.backend.settlement_text(submitted) == "not sent"
    with Simulator() as other:
        elsewhere = Listener(fast_backend(other, tmp_path / "state"), other.world)
        try:
            elsewhere.connected()
            backend = elsewhere.backend
            assert not backend.can_watch(submitted)
            words = backend.settlement_text(submitted)
            assert words == f"not sent on {submitted.cloud}"
            assert words in refused(backend.settle(submitted.id, "not sent"))
            assert backend.settle(submitted.id, words).result(30).state is State.ABANDONED
        finally:
            backend.stop(2.0)
    assert len(simulator.ledger.restore_posts()) == 1


def test_before_the_log_in_nobody_looks_and_more_words_are_wanted(
    simulator: Simulator, listener: Listener, project: Project, tmp_path: Path
) -> None:
    examined = examine(listener, project, "demo-server-error", "rehearsal-05")
    submitted = listener.backend.submit(examined, examined.required_text).result(30)
    listener.backend.stop(2.0)
    later = fast_backend(simulator, tmp_path / "state", password="not-it")
    again = Listener(later, simulator.world)
    try:
        later.connect()
        again.wait(lambda e: e if isinstance(e, ConnectFailed) else None)
        assert not later.can_watch(submitted)
        assert later.settlement_text(submitted) == f"not sent on {submitted.cloud}"
    finally:
        later.stop(2.0)


def test_what_the_backend_will_not_send(
    simulator: Simulator, listener: Listener, project: Project
) -> None:
    good = examine(listener, project, "demo-succeeds", "rehearsal-01")
    backend = listener.backend
    assert "does not name this disk" in refused(backend.submit(good, "rehearsal-02"))
    assert "does not name this disk" in refused(backend.submit(good, ""))
    assert "does not name this disk" in refused(backend.submit(good, "rehearsal-01"))
    assert "does not name this disk" in refused(backend.submit(good, good.required_text.upper()))
    five = timedelta(minutes=5)
    by_wall = Instant(good.read.wall - five, good.read.monotonic)
    by_monotonic = Instant(good.read.wall + five, good.read.monotonic - 300)
    for read in (by_wall, by_monotonic):
        old = replace(good, read=read)
        assert "too long ago" in refused(backend.submit(old, good.required_text))
    attached = examine(listener, project, "demo-succeeds", "db-data-02")
    assert not attached.is_possible
    assert "detach the disk" in refused(backend.submit(attached, attached.required_text))
    assert simulator.ledger.restore_posts() == []


def test_namesakes_are_named_by_their_id(
    simulator: Simulator, listener: Listener, project: Project
) -> None:
    listener.listed(project, ListKind.VOLUMES)
    examined = examine(listener, project, "demo-succeeds", "data")
    assert not examined.confirmation.volume_is_name
    assert examined.confirmation.volume == examined.volume.id[:8]


def test_the_text_to_type_covers_the_night_and_the_project(
    simulator: Simulator, listener: Listener
) -> None:
    projects = listener.connected()
    project = next(p for p in projects if p.name == "eu-de_prod")
    backups = [b for b in simulator.world.project(project.id).backups if b.name]
    nights = sorted(b.name or "" for b in backups if (b.name or "").startswith("nightly-db-"))
    volume = simulator.world.volume("db-data-01").id

    def text(name: str) -> str:
        found = next(b for b in backups if b.name == name)
        return listener.backend.examine(project, found.id, volume).result(30).required_text

    for name in nights[-2:]:
        day = local_day(next(b.created_at for b in backups if b.name == name))
        assert text(name) == f"prod/db-data-01 {day}", "what was not listed may have namesakes"
    assert text(nights[-1]) != text(nights[-2])
    for one in projects:
        listener.listed(one, ListKind.VOLUMES)
    listener.listed(project, ListKind.BACKUPS)
    named = [p for p in projects if p.id != project.id]
    shared = any(
        v.name == "db-data-01" for p in named for v in simulator.world.project(p.id).volumes
    )
    assert text(nights[-1]).startswith("prod/") is shared


def test_a_script_that_names_its_backup_needs_the_disks_name_alone(
    simulator: Simulator, listener: Listener, project: Project
) -> None:
    good = examine(listener, project, "demo-succeeds", "rehearsal-01")
    submitted = listener.backend.submit(good, "rehearsal-01", backup_is_named=True).result(30)
    assert listener.settled(submitted.id).state is State.SUCCEEDED


def test_a_read_only_backend_sends_nothing(simulator: Simulator, tmp_path: Path) -> None:
    backend = fast_backend(simulator, tmp_path / "other", read_only=True)
    reader = Listener(backend, simulator.world)
    found = next(p for p in reader.connected() if p.name == "eu-de_prod")
    examined = examine(reader, found, "demo-succeeds", "rehearsal-01")
    assert "read-only" in refused(backend.submit(examined, examined.required_text))
    assert simulator.ledger.restore_posts() == []
    backend.stop(2.0)


def test_a_defect_on_the_way_to_the_cloud_is_an_answer_too(tmp_path: Path) -> None:
    async def connect(*_: object) -> Connection:
        raise ZeroDivisionError("pa55word in the words of an error")

    backend = Backend(connect, tmp_path)
    seen: SimpleQueue[Event] = SimpleQueue()
    backend.start(seen.put)
    backend.connect()
    while not isinstance(event := seen.get(timeout=30), ConnectFailed):
        pass
    backend.open_project(Project("0" * 32, "eu-de"))
    while not isinstance(other := seen.get(timeout=30), ProjectFailed):
        pass
    backend.stop(2.0)
    for failure in (event.failure, other.failure):
        assert "ZeroDivisionError" in failure.message
        assert failure.executed is Executed.NO
        assert failure.hint
        assert "pa55" not in repr(failure)


def test_a_journal_that_cannot_be_made_means_look_but_not_restore(
    simulator: Simulator, tmp_path: Path
) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    backend: Backend = fast_backend(simulator, blocked / "state")
    reader = Listener(backend, simulator.world)
    found = next(p for p in reader.connected() if p.name == "eu-de_prod")
    assert any(isinstance(e, Notice) and e.severe for e in reader.seen)
    examined = examine(reader, found, "demo-succeeds", "rehearsal-01")
    assert "cannot be used" in refused(backend.submit(examined, examined.required_text))
    assert simulator.ledger.restore_posts() == []
    backend.stop(2.0)


def test_an_expired_token_is_renewed_without_losing_the_watch(
    simulator: Simulator, listener: Listener, project: Project
) -> None:
    simulator.speed = 10.0
    examined = examine(listener, project, "demo-succeeds", "rehearsal-01")
    submitted = listener.backend.submit(examined, examined.required_text).result(30)
    listener.state(submitted.id, lambda state: state is State.RUNNING)
    simulator.expire_tokens()
    assert listener.settled(submitted.id).state is State.SUCCEEDED
    assert not any(isinstance(event, SecretWanted) for event in listener.seen)
    assert len(simulator.ledger.restore_posts()) == 1


@pytest.mark.parametrize(
    "faults",
    [
        *("html-after", "truncate", "wrong-types", "empty"),
        *("error-200", "no-job-id", "502-after", "cut"),
    ],
)
def test_garbage_after_a_post_is_unknown_or_refused_and_never_sent_again(
    simulator: Simulator, listener: Listener, project: Project, faults: str
) -> None:
    simulator.speed = 15.0  # slow enough for disk and backup to be seen at work
    examined = examine(listener, project, "demo-succeeds", "rehearsal-01")
    simulator.faults = f"{faults}@restore=1x"
    submitted = listener.backend.submit(examined, examined.required_text).result(30)

    one = watched_to_the_end(listener, submitted.id)
    if simulator.ledger.restores:
        assert one.state is State.SUCCEEDED
    else:
        assert one.state in (State.REFUSED, State.UNKNOWN)
    assert len(simulator.ledger.restore_posts()) == 1


def test_a_submission_counts_from_the_moment_it_is_asked_for(
    simulator: Simulator, listener: Listener, project: Project
) -> None:
    examined = examine(listener, project, "demo-succeeds", "rehearsal-01")
    assert listener.backend.sending == 0
    submitting = listener.backend.submit(examined, examined.required_text)
    assert listener.backend.sending == 1  # before the engine's thread has even heard of it
    listener.settled(submitting.result(30).id)
    assert listener.backend.sending == 0
