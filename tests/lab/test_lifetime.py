"""The life of real tokens: renewed before they end, replaced when they ended or were revoked."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.lab.clouds import THREE, Lab, by_hand, connected, log_ins
from tests.lab.keystone import TOKEN_SECONDS, Keystone
from vbs_tui.clock import SystemClock
from vbs_tui.cloud.request_log import Call

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab"), pytest.mark.timeout(240)]

AT_ONCE = 20
LIFE = timedelta(seconds=TOKEN_SECONDS)


class StoppedClock(SystemClock):
    """Always the same moment, so that no token seems to end."""

    def __init__(self) -> None:
        self._moment = datetime.now(UTC)

    def now(self) -> datetime:
        return self._moment


async def until(is_so: Callable[[], bool], meanwhile: Callable[[], Awaitable[None]]) -> None:
    """Ask until it is so, with something to do between two questions."""
    while not await asyncio.to_thread(is_so):
        await meanwhile()


async def until_over(user: Lab, token: str, meanwhile: Callable[[], Awaitable[None]]) -> None:
    """Ask Keystone until it takes the token no more."""
    await until(lambda: not user.takes(token), meanwhile)


async def a_moment() -> None:
    await asyncio.sleep(0.2)


def reads(calls: tuple[Call, ...]) -> list[int | None]:
    return [one.status for one in calls if one.method == "GET"]


async def test_tokens_are_renewed_before_they_end(brief_keystone: Keystone, tmp_path: Path) -> None:
    user = brief_keystone.user(tmp_path)
    async with connected(user.settings()) as connection:

        async def list_projects() -> None:
            assert {one.name for one in await connection.projects()} == THREE
            await a_moment()

        lives = 2
        for _ in range(lives):
            # Got by hand after the program's own: when it is over, so was that one, unrenewed.
            await list_projects()
            witness = user.log_in().headers["X-Subject-Token"]
            assert user.takes(witness)
            await until_over(user, witness, list_projects)
        await list_projects()

        calls = connection.request_log.calls()
        assert len(reads(calls)) > 10
        # A connection that the server closes is no answer, and the read is made again.
        assert set(reads(calls)) - {None} == {200}
        sent = log_ins(connection)
        assert {one.status for one in sent} == {201}
        assert len(sent) > lives
        # A token serves for most of its life, and never to its end.
        assert min(b.at - a.at for a, b in itertools.pairwise(sent)) > LIFE / 2
        assert max(ages(calls)) < LIFE - timedelta(seconds=1)


def ages(calls: Sequence[Call]) -> list[timedelta]:
    """How old the token was at each read."""
    found = []
    got = None
    for one in calls:
        if one.method == "POST":
            got = one.at + timedelta(milliseconds=one.milliseconds or 0)
        elif got is not None:
            found.append(one.at - got)
    return found


async def test_ended_token_is_replaced_once_for_all(
    brief_keystone: Keystone, tmp_path: Path
) -> None:
    user = brief_keystone.user(tmp_path)
    async with connected(user.settings(), clock=StoppedClock()) as connection:
        await connection.projects()
        believed = connection.token_expires_at
        witness = user.log_in().headers["X-Subject-Token"]
        assert user.takes(witness)
        await until_over(user, witness, a_moment)
        before = len(connection.request_log.calls())

        lists = await asyncio.gather(*(connection.projects() for _ in range(AT_ONCE)))

        assert [{one.name for one in found} for found in lists] == [THREE] * AT_ONCE
        statuses = reads(connection.request_log.calls()[before:])
        assert statuses.count(401) == AT_ONCE
        assert statuses.count(200) == AT_ONCE
        assert set(statuses) == {200, 401}
        assert len(log_ins(connection)) == 2  # the first, and one for all of them
        assert believed is not None
        assert connection.token_expires_at is not None
        assert connection.token_expires_at > believed


async def test_revoked_token_is_replaced(somebody: Lab, admin: Lab) -> None:
    """By Keystone and by Cinder, each of which refuses it on its own."""
    settings = somebody.settings(**somebody.with_vbs())
    async with connected(settings) as connection:
        (project,) = await connection.projects()
        provider = await connection.open(project)
        first = [page async for page in provider.volumes()]
        assert len(log_ins(connection)) == 1
        witness = somebody.log_in().headers["X-Subject-Token"]
        assert cinder_takes(somebody, witness)

        # A new password, even the same one, revokes all tokens of a user.
        user = {"user": {"password": somebody.auth["password"]}}
        admin.identity("PATCH", f"/users/{somebody.body['user']['id']}", user)
        await until_over(somebody, witness, a_moment)
        # Tokens of the second of the revocation are revoked, too: wait until one lasts.
        await until(lambda: somebody.takes(somebody.log_in().headers["X-Subject-Token"]), a_moment)
        # Cinder believes for a while what it was told of a token.
        await until(lambda: not cinder_takes(somebody, witness), a_moment)

        assert [page async for page in provider.volumes()] == first
        assert len(log_ins(connection)) == 2
        assert reads(connection.request_log.calls()).count(401) == 1
        assert [one.id for one in await connection.projects()] == [project.id]
        assert len(log_ins(connection)) == 2


def cinder_takes(lab: Lab, token: str) -> bool:
    head = {"X-Auth-Token": token}
    return by_hand("GET", f"{lab.cinder}/volumes?limit=1", headers=head).is_success
