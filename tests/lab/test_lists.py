"""Lists of the real Cinder, longer than it gives at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.lab.clouds import AT_ONCE, Lab, by_hand, connected, rows_by_hand
from vbs_tui.cloud.services.collection import PAGE

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab"), pytest.mark.timeout(180)]


class HasId(Protocol):
    @property
    def id(self) -> str: ...


async def ids(pages: AsyncIterator[Sequence[HasId]]) -> list[list[str]]:
    return [[row.id for row in page] async for page in pages]


@pytest.mark.parametrize("kind", ["backups", "volumes"])
async def test_every_row_comes_once(kind: str, filled: Lab) -> None:
    before = rows_by_hand(filled, kind)
    async with connected(filled.settings(**filled.with_vbs())) as connection:
        prod = next(p for p in await connection.projects() if p.id == filled.project_id)
        provider = await connection.open(prod)
        if kind == "backups":
            pages = await ids(provider.backups())
        else:
            pages = await ids(provider.volumes())
        assert provider.notes == ()
        asked = [one.url for one in connection.request_log.calls() if f"/{kind}/detail" in one.url]
    after = rows_by_hand(filled, kind)

    found = [one for page in pages for one in page]
    assert len(found) == len(set(found)) > AT_ONCE
    # Somebody else may use the lab, so that a row comes or goes meanwhile.
    assert set(before) & set(after) <= set(found) <= set(before) | set(after)
    steady = set(before) & set(after)
    assert [one for one in found if one in steady] == [one for one in before if one in steady]
    assert all(len(page) <= PAGE for page in pages)
    assert len(pages) >= len(found) / PAGE
    limits = [parse_qs(urlsplit(url).query)["limit"] for url in asked]
    assert limits == [[str(PAGE)]] * len(asked)


def test_cinder_gives_a_thousand_rows_at_most(filled: Lab) -> None:
    """What makes the walk necessary; were it otherwise, the test above would show little."""
    for query in ("", "?limit=5000"):
        answer = by_hand(
            "GET", f"{filled.cinder}/backups{query}", headers={"X-Auth-Token": filled.token}
        )
        assert len(answer.json()["backups"]) == AT_ONCE


async def test_rows_are_read_as_cinder_tells_them(filled: Lab) -> None:
    """Every field that Cinder and VBS have in common, of one page of rows."""
    told = filled.volumes("GET", f"/backups/detail?limit={PAGE}")["backups"]
    async with connected(filled.settings(**filled.with_vbs())) as connection:
        prod = next(p for p in await connection.projects() if p.id == filled.project_id)
        provider = await connection.open(prod)
        async for page in provider.backups():
            found = {row.id: row for row in page}
            break
        for raw in told:
            row = found[raw["id"]]
            common = {key: raw[key] for key in ("name", "status", "size", "volume_id")}
            assert common == {key: getattr(row, key) for key in common}
            assert row.created_at is not None
            # The real service tells no zone: its times are UTC.
            assert row.created_at.isoformat()[:19] == raw["created_at"][:19]
        one = await provider.backup(told[0]["id"])
        assert one == found[one.id]
        volume = await provider.volume(one.volume_id)
        assert volume.size == one.size
