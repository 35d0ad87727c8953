"""Tokens on disk: only when asked for, for their owner alone, and never of another user or age."""

from __future__ import annotations

import json
import os
import random
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.auth.support import THE_PROJECT, a_volume
from tests.support.toy_cloud import PASSWORD, PROJECT, VOLUME, ToyCloud, a_token
from tests.support.wire_server import Heard, json_reply
from vbs_tui.cloud.auth.credentials import Credentials, PasswordCredentials, TokenCredentials, User
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.secrets import Secret

JANE = PasswordCredentials(User("ops-jane", domain_name="ops"), Secret(PASSWORD))


async def use(
    cloud: ToyCloud, folder: Path | None, credentials: Credentials = JANE, **changes: Any
) -> None:
    """One run of the program, as far as tokens go."""
    settings = CloudSettings(auth_url=f"{cloud.server.url}/v3", credentials=credentials)
    connection = CloudConnection(
        replace(settings, **changes),
        clock=cloud.clock,
        rng=random.Random(1),
        token_directory=folder,
    )
    try:
        provider = await connection.open(THE_PROJECT)
        assert (await provider.volume(VOLUME)).id == VOLUME
        assert connection.token_expires_at is not None
    finally:
        await connection.aclose()


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*")) if folder.exists() else []


async def test_next_start_needs_no_log_in(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "tokens"
    async with ToyCloud(a_volume) as cloud:
        for _ in range(3):
            await use(cloud, folder)
        assert len(cloud.server.log_ins) == 1
    (kept,) = files(folder)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert PASSWORD not in kept.read_text()


async def test_nothing_is_kept_unless_asked_for(tmp_path: Path) -> None:
    async with ToyCloud(a_volume) as cloud:
        for _ in range(2):
            await use(cloud, None)
        given = TokenCredentials(Secret("given-by-hand"))
        await use(cloud, tmp_path, given)
        assert len(cloud.server.log_ins) == 3
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("credentials", "changes"),
    [
        (PasswordCredentials(User("ops-joe", domain_name="ops"), Secret(PASSWORD)), {}),
        (PasswordCredentials(User("ops-jane", domain_name="dev"), Secret(PASSWORD)), {}),
        (PasswordCredentials(User(id="ops-jane"), Secret(PASSWORD)), {}),
        (JANE, {"name": "another"}),
    ],
)
async def test_another_user_or_cloud_has_tokens_of_its_own(
    tmp_path: Path, credentials: Credentials, changes: dict[str, str]
) -> None:
    async with ToyCloud(a_volume) as cloud:
        await use(cloud, tmp_path)
        await use(cloud, tmp_path, credentials, **changes)
        assert len(cloud.server.log_ins) == 2
    assert len(files(tmp_path)) == 2


async def test_token_that_ends_soon_is_not_used(tmp_path: Path) -> None:
    async with ToyCloud(a_volume) as cloud:
        await use(cloud, tmp_path)
        cloud.clock.passed += 23.9 * 3600
        await use(cloud, tmp_path)
        assert len(cloud.server.log_ins) == 2


async def test_token_that_the_cloud_refuses_is_replaced_on_disk_too(tmp_path: Path) -> None:
    revoked: set[str] = set()
    refusal = json_reply({"error": {"code": 401, "message": "no", "title": "Unauthorized"}}, 401)
    cloud = ToyCloud(lambda heard: refusal if heard.token in revoked else a_volume(heard))
    async with cloud:
        await use(cloud, tmp_path)
        revoked.add(a_token(1))
        await use(cloud, tmp_path)
        await use(cloud, tmp_path)
        assert len(cloud.server.log_ins) == 2


def loosen(path: Path) -> None:
    path.chmod(0o644)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def link(path: Path) -> None:
    path.replace(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def empty(path: Path) -> None:
    path.write_text("[]")


def other_project(path: Path) -> None:
    path.write_text(path.read_text().replace(PROJECT, "f" * 32))


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def deepen(path: Path) -> None:
    path.write_text("[" * 100_000)


@pytest.mark.parametrize("harm", [loosen, cut, link, empty, other_project, pipe, deepen])
async def test_file_that_cannot_be_trusted_is_passed_over(tmp_path: Path, harm: Any) -> None:
    async with ToyCloud(a_volume) as cloud:
        await use(cloud, tmp_path)
        harm(files(tmp_path)[0])
        await use(cloud, tmp_path)
        assert len(cloud.server.log_ins) == 2
        await use(cloud, tmp_path)
        assert len(cloud.server.log_ins) == 2


def open_to_all(folder: Path) -> Path:
    folder.mkdir()
    folder.chmod(0o777)
    return folder


def elsewhere(folder: Path) -> Path:
    folder.with_name("there").mkdir(mode=0o700)
    folder.symlink_to(folder.with_name("there"))
    return folder


@pytest.mark.parametrize("prepare", [open_to_all, elsewhere])
async def test_folder_that_others_may_have_filled_is_not_used(tmp_path: Path, prepare: Any) -> None:
    folder = prepare(tmp_path / "tokens")
    async with ToyCloud(a_volume) as cloud:
        for _ in range(2):
            await use(cloud, folder)
        assert len(cloud.server.log_ins) == 2
    assert list(folder.iterdir()) == []


async def test_folder_that_others_may_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "tokens").mkdir(mode=0o755)
    async with ToyCloud(a_volume) as cloud:
        for _ in range(2):
            await use(cloud, tmp_path / "tokens")
        assert len(cloud.server.log_ins) == 1
    assert stat.S_IMODE((tmp_path / "tokens").stat().st_mode) == 0o700


async def test_what_is_known_of_the_log_in_is_kept_too(tmp_path: Path) -> None:
    def log_in(heard: Heard, auth: dict[str, Any]) -> bytes:
        _, _, body = cloud.grant(auth).partition(b"\r\n\r\n")
        told = json.loads(body)
        told["token"]["roles"] = [{"id": "1", "name": "vbs_adm"}]
        return json_reply(told, 201, {"X-Subject-Token": a_token(cloud.given)})

    cloud = ToyCloud(a_volume, log_in)
    async with cloud:
        await use(cloud, tmp_path)
        again = CloudConnection(
            CloudSettings(auth_url=f"{cloud.server.url}/v3", credentials=JANE),
            clock=cloud.clock,
            token_directory=tmp_path,
        )
        await again.open(THE_PROJECT)
        grant = again.grant(THE_PROJECT)
        await again.aclose()
    assert len(cloud.server.log_ins) == 1
    assert grant is not None
    assert grant.roles == ("vbs_adm",)


async def test_disk_that_takes_nothing_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("a file where the folder should be")
    async with ToyCloud(a_volume) as cloud:
        await use(cloud, tmp_path / "tokens")
        assert len(cloud.server.log_ins) == 1
