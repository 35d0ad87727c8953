"""A second operator, a slow identity service and a changed disk, over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.restore.simulated_backend import examine, watched_to_the_end
from tests.simulator.client import Client
from tests.support.simulated import BRISK, Listener, connector
from vbs_tui.cloud.resources import Project
from vbs_tui.restore.backend import Backend, Examination
from vbs_tui.restore.journal.states import State
from vbs_tui.simulator import Simulator

BACKUP, VOLUME = "demo-succeeds", "rehearsal-01"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(speed=15.0) as one:
        yield one
        assert one.ledger.errors == []


@pytest.fixture
def examined(listener: Listener, project: Project) -> Examination:
    return examine(listener, project, BACKUP, VOLUME)


@pytest.mark.parametrize("backup", ["demo-job-forgotten", "demo-fails-while-writing"])
def test_somebody_elses_restore_onto_our_disk_is_no_verdict(
    simulator: Simulator, listener: Listener, examined: Examination, backup: str
) -> None:
    simulator.faults = "500-before@restore=1x"
    submitted = listener.backend.submit(examined, examined.required_text).result(30)
    listener.state(submitted.id, lambda state: state is State.UNKNOWN)
    with Client(simulator) as other:
        assert other.restore(backup, VOLUME).status_code == 200
        simulator.ledger.wait_for(lambda led: led.restores[-1].outcome != "running", 60)
        ended = watched_to_the_end(listener, submitted.id)
    assert ended.state is State.UNKNOWN
    assert ended.disk_seen_busy
    assert not ended.pair_seen_busy


def test_our_backup_onto_another_disk_is_no_verdict(
    simulator: Simulator, listener: Listener, examined: Examination
) -> None:
    simulator.faults = "500-before@restore=1x"
    submitted = listener.backend.submit(examined, examined.required_text).result(30)
    listener.state(submitted.id, lambda state: state is State.UNKNOWN)
    with Client(simulator) as other:
        assert other.restore(BACKUP, "rehearsal-02").status_code == 200
        with simulator.world.lock:
            disk = simulator.world.volume(VOLUME)
            disk.name = "now-something-else"
            disk.updated_at = simulator.ledger.restores[-1].accepted_at
        simulator.ledger.wait_for(lambda led: led.restores[-1].outcome != "running", 60)
        ended = watched_to_the_end(listener, submitted.id)
    assert ended.state is State.UNKNOWN
    assert ended.backup_seen_busy


def test_a_disk_attached_while_the_log_in_waits_is_not_overwritten(
    simulator: Simulator, listener: Listener, examined: Examination
) -> None:
    simulator.expire_tokens()
    gate = simulator.hold(r"POST /v3/auth/tokens")
    submitting = listener.backend.submit(examined, examined.required_text)

    def attach() -> None:
        gate.wait_reached(20.0)
        with simulator.world.lock:
            simulator.world.volume(VOLUME).status = "in-use"
            simulator.world.projects[0].volumes.changed()
        gate.release()

    attaching = threading.Thread(target=attach)
    attaching.start()
    ended = listener.settled(submitting.result(30).id)
    attaching.join()
    assert ended.state is State.NOT_SENT
    assert "attached to a server" in ended.summary
    assert simulator.ledger.restore_posts() == []


def test_a_request_that_is_one_too_many_is_told_and_goes_again_by_confirmation(
    simulator: Simulator, listener: Listener, examined: Examination
) -> None:
    simulator.faults = "429@restore=1x:1"
    submitted = listener.backend.submit(examined, examined.required_text).result(30)
    ended = listener.settled(submitted.id)
    assert ended.state is State.REFUSED
    assert ended.failure is not None
    assert ended.failure.status == 429
    assert len(simulator.ledger.restore_posts()) == 1
    again = listener.backend.submit(examined, examined.required_text).result(30)
    assert listener.settled(again.id).state is State.SUCCEEDED


def test_a_refusal_by_a_second_copy_of_the_request_is_not_believed(
    simulator: Simulator, tmp_path: Path
) -> None:
    """The gateway delivers it twice; only the answer to the second copy comes back."""
    patient = Backend(connector(simulator), tmp_path / "patient", pace=replace(BRISK, first=0.5))
    listener = Listener(patient, simulator.world)
    project = next(p for p in listener.connected() if p.name == "eu-de_prod")
    examined = examine(listener, project, BACKUP, VOLUME)
    simulator.faults = "copy-refused@restore=1x"
    submitted = patient.submit(examined, examined.required_text).result(30)
    ended = listener.settled(submitted.id)
    assert ended.state is State.SUCCEEDED
    states = [line.state for line in patient.log_of(submitted.id).result(30)]
    assert State.UNKNOWN in states
    assert State.REFUSED not in states
    assert len(simulator.ledger.restores) == 1
    patient.stop(2.0)


def test_a_refusal_that_holds_is_final_and_frees_the_disk(
    simulator: Simulator, listener: Listener, examined: Examination
) -> None:
    simulator.faults = "400-before@restore=1x"
    submitted = listener.backend.submit(examined, examined.required_text).result(30)
    ended = watched_to_the_end(listener, submitted.id)
    assert ended.state in (State.REFUSED, State.UNKNOWN)
    assert simulator.ledger.restores == []
