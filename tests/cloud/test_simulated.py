"""The whole room against the simulated cloud, with its faults."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.support.fast_clock import FastClock
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.config.environment import settings_from_environment
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import CloudError, Executed
from vbs_tui.cloud.provider import Connection, Provider
from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.simulator import Simulator


@dataclass
class Place:
    """A simulator, and a provider of its first project."""

    simulator: Simulator
    connection: CloudConnection
    provider: Provider

    async def pair(self) -> tuple[Backup, Volume]:
        """A backup, and a volume that can take it."""
        volumes = [one async for page in self.provider.volumes() for one in page]
        backups = [one async for page in self.provider.backups() for one in page]
        return next(
            (backup, volume)
            for backup in backups
            for volume in volumes
            if backup.volume_id == volume.id and backup.is_available and volume.is_available
        )


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    simulator = Simulator(seed=1, backups=230, volumes=120)
    simulator.start()
    settings = settings_from_environment(
        {
            "OS_AUTH_URL": simulator.auth_url,
            "OS_USERNAME": simulator.username,
            "OS_PASSWORD": simulator.password,
            "OS_USER_DOMAIN_NAME": simulator.domain,
            "OS_REGION_NAME": simulator.region,
        }
    )
    assert isinstance(settings, CloudSettings)
    made = CloudConnection(settings, clock=FastClock(), rng=random.Random(5))
    connection: Connection = made
    projects = await connection.projects()
    provider = await connection.open(projects[0])
    assert await connection.open(projects[0]) is provider
    yield Place(simulator, made, provider)
    await connection.aclose()
    simulator.stop()


async def test_lists_are_complete(place: Place) -> None:
    project = place.simulator.world.project(place.provider.project.id)
    backups = [one.id async for page in place.provider.backups() for one in page]
    volumes = [one.id async for page in place.provider.volumes() for one in page]
    assert sorted(backups) == sorted(one.id for one in project.backups)
    assert sorted(volumes) == sorted(one.id for one in project.volumes)
    assert len(backups) > 200


@pytest.mark.parametrize(
    "fault",
    [
        "500-before@list=2x",
        "429@list=3x:1",
        "drop-before@list=2x",
        "drop-after@list=2x",
        "cut@list=2x",
        "expire-token@list=1x",
    ],
)
async def test_lists_outlast_faults(place: Place, fault: str) -> None:
    place.simulator.faults = fault
    backups = [one.id async for page in place.provider.backups() for one in page]
    assert len(backups) == len(set(backups)) > 200
    assert place.simulator.ledger.restores == []


@pytest.mark.parametrize(
    ("fault", "executed", "runs"),
    [
        ("drop-before@restore=1x", Executed.UNKNOWN, 0),
        ("drop-after@restore=1x", Executed.UNKNOWN, 1),
        ("500-before@restore=1x", Executed.UNKNOWN, 0),
        ("502-after@restore=1x", Executed.UNKNOWN, 1),
        ("429@restore=1x:1", Executed.NO, 0),
        ("html@restore=1x", Executed.UNKNOWN, 0),
        ("html-after@restore=1x", Executed.UNKNOWN, 1),
        ("empty@restore=1x", Executed.UNKNOWN, 1),
        ("truncate@restore=1x", Executed.UNKNOWN, 1),
        ("cut@restore=1x", Executed.UNKNOWN, 1),
        ("no-job-id@restore=1x", Executed.UNKNOWN, 1),
        ("redirect@restore=1x", Executed.UNKNOWN, 0),
        ("expire-token@restore=1x", Executed.NO, 0),
    ],
)
async def test_restore_is_sent_once_and_never_wrongly_denied(
    place: Place, fault: str, executed: Executed, runs: int
) -> None:
    backup, volume = await place.pair()
    place.simulator.faults = fault
    with pytest.raises(CloudError) as caught:
        await place.provider.submit(backup.id, volume.id)
    assert caught.value.failure.executed is executed
    assert len(place.simulator.ledger.restore_posts()) == 1
    assert len(place.simulator.ledger.restores) == runs
    assert place.simulator.ledger.deleted_backups == []


async def test_restore_and_its_job(place: Place) -> None:
    backup, volume = await place.pair()
    await place.provider.prepare()
    accepted = await place.provider.submit(backup.id, volume.id)
    job = await place.provider.job(accepted.job_id)
    assert job.job_type == "bksRestoreBackup"
    assert job.status not in {"SUCCESS", "FAIL"}
    with pytest.raises(CloudError) as caught:
        await place.provider.job("f" * 32)
    assert caught.value.failure.code.lower() == "common.0011"


async def test_tokens_that_die_after_each_few_uses_cost_renewals_only(place: Place) -> None:
    place.simulator.faults = "expire-token@all=3"
    backup, volume = await place.pair()
    found = await asyncio.gather(*(place.provider.volume(volume.id) for _ in range(4)))
    assert {one.id for one in found} == {volume.id}
    assert (await place.provider.backup(backup.id)).id == backup.id


async def test_log_holds_no_password_and_no_token(place: Place) -> None:
    await place.pair()
    calls = place.connection.request_log.calls()
    assert place.simulator.password not in repr(calls)
    assert "gAAAA" not in repr(calls)
    assert [call.number for call in calls] == list(range(1, len(calls) + 1))


def test_importing_the_room_does_not_load_the_http_library() -> None:
    code = (
        "import sys, vbs_tui.cloud.connection, vbs_tui.cloud.config.environment; "
        "print([name for name in ('httpx', 'httpcore', 'anyio', 'h11') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
