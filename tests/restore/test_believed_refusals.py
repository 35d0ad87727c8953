"""When a refusal is believed: a gateway may have delivered the request twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.restore.engine_harness import Harness, in_virtual_time
from tests.restore.makers import restore
from tests.restore.scripted_cloud import Answer
from tests.restore.submitting import (
    BROKEN,
    answering,
    refused,
    submitted,
    told,
)
from vbs_tui.cloud.errors import CloudError, Executed, Failure
from vbs_tui.cloud.provider import Accepted
from vbs_tui.restore.journal.states import State

ABOUT_STATES = [
    refused(400, "VolumeBackup.0089"),
    refused(400, "VolumeBackup.0205"),
    refused(400, "VOLUMEBACKUP.0206"),
    refused(400),
    refused(409),
]
OF_RIGHTS = [refused(403), refused(404), refused(400, "X.1"), refused(409, "X.1")]
AGAIN = "disk and backup were ready right before, so they are read again"


@pytest.mark.parametrize("failure", ABOUT_STATES)
def test_a_refusal_about_states_is_believed_after_a_minute_of_looking(
    harness: Harness, failure: Failure
) -> None:
    asked = answering(harness, "submit", failure)
    looks: list[float] = []
    real = harness.cloud.volume

    async def volume(volume_id: str) -> Any:
        looks.append(harness.clock.monotonic())
        return await real(volume_id)

    harness.cloud.volume = volume  # type: ignore[method-assign]
    ended, lines = submitted(harness)
    assert ended.state is State.REFUSED
    assert [round(look - asked[0]) for look in looks] == [0, 0, 2, 6, 14, 24, 34, 44, 54]
    assert lines[2].text.endswith(AGAIN)
    assert lines[2].state is None
    doubt = "Refused, although disk and backup were ready; reading them again."
    assert (doubt, failure) in told(harness)
    assert ended.failure == failure


@pytest.mark.parametrize("failure", OF_RIGHTS)
def test_another_refusal_is_believed_after_one_look(harness: Harness, failure: Failure) -> None:
    asked = answering(harness, "submit", failure)
    ended, lines = submitted(harness)
    assert ended.state is State.REFUSED
    assert round(lines[-1].at.timestamp() - lines[1].at.timestamp()) == 0
    assert not any(line.text.endswith(AGAIN) for line in lines)
    assert len(asked) == 1


@pytest.mark.parametrize("failure", ABOUT_STATES + OF_RIGHTS)
def test_a_refusal_beside_a_change_is_not_believed(harness: Harness, failure: Failure) -> None:
    async def refuse(*_: str, **__: Any) -> None:
        harness.change("volume", status="in-use")
        raise CloudError(failure)

    harness.cloud.submit = refuse  # type: ignore[method-assign,assignment]
    prepared = answering(harness, "prepare", Accepted(""))
    ended, lines = submitted(harness)
    assert ended.state is State.UNKNOWN
    assert len(prepared) == 1
    unclear = next(line.text for line in lines if line.state is State.UNKNOWN)
    assert unclear.endswith(
        "; the cloud may have executed it all the same"
        " (Since it was confirmed, the disk is in-use, and was available)"
    )
    assert ended.failure is not None
    assert ended.failure.executed is Executed.UNKNOWN


@pytest.mark.parametrize("failure", ABOUT_STATES + OF_RIGHTS)
def test_a_refusal_that_cannot_be_checked(harness: Harness, failure: Failure) -> None:
    async def refuse(*_: str, **__: Any) -> None:
        answering(harness, "volume", BROKEN)
        raise CloudError(failure)

    harness.cloud.submit = refuse  # type: ignore[method-assign,assignment]
    ended, lines = submitted(harness)
    if failure in ABOUT_STATES:
        assert ended.state is State.UNKNOWN
        unclear = next(line.text for line in lines if line.state is State.UNKNOWN)
        assert unclear.endswith("(disk and backup could not be read after it)")
    else:
        assert ended.state is State.REFUSED


def test_a_refused_token_is_not_looked_after(harness: Harness) -> None:
    async def refuse(*_: str, **__: Any) -> None:
        harness.cloud.posts.append(None)  # type: ignore[arg-type]
        if len(harness.cloud.posts) == 2:
            harness.change("volume", status="in-use")
        raise CloudError(refused(401))

    harness.cloud.submit = refuse  # type: ignore[method-assign,assignment]
    ended, _ = submitted(harness)
    assert ended.state is State.REFUSED


@pytest.mark.parametrize("quick", [True, False])
@in_virtual_time
async def test_a_refusal_by_the_second_copy_of_an_executed_request_is_not_final(
    harness: Harness, quick: bool
) -> None:
    """*quick*: the states move at once; else only when the queued job runs."""
    harness.cloud.answers = [Answer.REFUSED_AFTER]
    engine = await harness.engine()
    real = harness.cloud.submit

    async def submit(*args: Any, **more: Any) -> Any:
        try:
            return await real(*args, **more)
        finally:
            harness.cloud.executed[-1].waits = 0.0 if quick else 1.0

    harness.cloud.submit = submit  # type: ignore[method-assign]
    first = await engine.submit(restore())
    ended = await harness.settled()
    assert ended.state is State.SUCCEEDED
    assert len(harness.cloud.posts) == 1
    states = [line.state for line in await harness.log_of(first.id)]
    assert State.UNKNOWN in states
    assert State.REFUSED not in states
