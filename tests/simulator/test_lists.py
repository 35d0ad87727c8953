"""Lists of backups and volumes: fields, filters, and the traps of paging."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.simulator.client import Client
from vbs_tui.simulator import Simulator


def _walk(client: Client, limit: int, **query: Any) -> tuple[list[str], int]:
    """All ids by following ``next`` links, and the number of pages that it took."""
    ids: list[str] = []
    answer = client.get("backups/detail", limit=limit, **query)
    for pages in range(1, 200):
        body = answer.json()
        ids += [row["id"] for row in body["backups"]]
        if "backups_links" not in body:
            return ids, pages
        link = body["backups_links"][0]
        assert link["rel"] == "next"
        answer = client.http.get(link["href"])
    raise AssertionError("the links never end")


def test_the_first_rows_are_last_nights(client: Client) -> None:
    rows = client.get("backups/detail").json()["backups"]
    assert len(rows) == 60
    assert rows[0]["name"] == "nightly-db-2026-11-23"
    assert rows[0]["status"] == "available"
    assert rows[0]["created_at"] == "2026-11-23T02:00:13.123456"
    assert json.loads(rows[0]["description"]) == {"DESC": "nightly", "INC": 1}
    disk = client.volume("db-data-01")
    assert rows[0]["volume_id"] == disk.id
    assert (disk.status, disk.attachments) == ("available", [])


def test_the_versions_name_the_owner_differently_and_only_v2_has_metadata(client: Client) -> None:
    old = client.get("backups/detail", limit=1).json()["backups"][0]
    new = client.get("backups/detail", "v3", limit=1).json()["backups"][0]
    assert old["os-bak-tenant-attr:tenant_id"] == client.project.id
    assert new["os-backup-project-attr:project_id"] == client.project.id
    assert "service_metadata" not in new
    text = old["service_metadata"]
    assert text != text.strip()
    assert json.loads(text)["VT"] == "SSD"


def test_pages_by_marker_give_every_row_once(client: Client) -> None:
    everything = [row["id"] for row in client.get("backups").json()["backups"]]
    ids, pages = _walk(client, 7)
    assert ids == everything
    assert pages == 9


def test_an_exactly_full_last_page_points_to_an_empty_one(client: Client) -> None:
    ids, pages = _walk(client, 20)
    assert len(ids) == 60
    assert pages == 4
    last = client.get("backups", limit=20, marker=ids[-1]).json()
    assert last == {"backups": []}


def test_without_a_limit_there_is_no_link_until_the_cap(client: Client) -> None:
    assert "backups_links" not in client.get("backups").json()
    client.simulator.options.row_cap = 25
    body = client.get("backups", limit=5000).json()
    assert len(body["backups"]) == 25
    assert "backups_links" in body


def test_following_links_of_a_list_with_an_offset_loses_rows(client: Client) -> None:
    everything = [row["id"] for row in client.get("backups").json()["backups"]]
    body = client.get("backups", limit=2, offset=1).json()
    assert [row["id"] for row in body["backups"]] == everything[1:3]
    query = parse_qs(urlsplit(body["backups_links"][0]["href"]).query)
    assert query == {"limit": ["2"], "offset": ["1"], "marker": [everything[2]]}
    second = client.http.get(body["backups_links"][0]["href"]).json()["backups"]
    assert [row["id"] for row in second] == everything[4:6]


def test_links_may_name_an_inner_host(client: Client) -> None:
    client.simulator.options.internal_links = True
    href = client.get("backups", limit=1).json()["backups_links"][0]["href"]
    assert href.startswith(f"http://192.168.21.4:8776/{client.project.id}/backups?")


@pytest.mark.parametrize("query", [{"limit": "-1"}, {"limit": "x"}, {"sort_key": "colour"}])
def test_bad_parameters_are_a_400(client: Client, query: dict[str, str]) -> None:
    answer = client.get("backups/detail", **query)
    assert answer.status_code == 400
    assert answer.json()["badRequest"]["code"] == 400


def test_limits_markers_and_unknown_parameters(client: Client) -> None:
    assert client.get("backups", limit=0).json() == {"backups": []}
    assert client.get("backups", marker="gone").status_code == 404
    assert client.get("backups", all_tenants="False").status_code == 200
    assert client.get("backups/detail", **{"name~": "db"}).status_code == 400


def test_filters_and_sorting(client: Client) -> None:
    disk = client.volume("db-data-01")
    rows = client.get("backups/detail", volume_id=disk.id, status="available").json()["backups"]
    assert len(rows) >= 8
    assert {row["volume_id"] for row in rows} == {disk.id}
    named = client.get("backups/detail", name="demo-refused").json()["backups"]
    assert len(named) == 1
    sizes = [
        row["size"]
        for row in client.get("backups/detail", sort_key="size", sort_dir="asc").json()["backups"]
    ]
    assert sizes == sorted(sizes)
    upstream = client.get("backups/detail", "v3", sort="size:desc", with_count="true").json()
    assert [row["size"] for row in upstream["backups"]] == sizes[::-1]
    assert upstream["count"] == 60


def test_an_unknown_backup_is_the_native_404(client: Client) -> None:
    for backup_id in ("nonsense", "00000000-0000-4000-a000-000000000000"):
        answer = client.get(f"backups/{backup_id}", "v3")
        assert answer.status_code == 404
        assert "itemNotFound" in answer.json()
        assert answer.headers["x-openstack-request-id"].startswith("req-")


def test_volumes_have_their_traps(client: Client) -> None:
    rows = {row["name"]: row for row in client.get("volumes/detail").json()["volumes"]}
    assert rows["db-system-01"]["bootable"] == "true"
    assert rows["db-data-01"]["bootable"] == "false"
    vault = rows["vault-data-01"]
    assert vault["encrypted"] is False
    assert vault["metadata"]["__system__encrypted"] == "1"
    share = rows["fileshare-01"]
    assert share["multiattach"] is True
    assert [len(share["attachments"]), share["status"]] == [2, "in-use"]
    server = share["attachments"][0]["server_id"]
    named = client.get(f"cloudservers/{server}", "v1").json()["server"]["name"]
    assert named == "files-01"


def test_the_vendors_volume_list(client: Client) -> None:
    body = client.get("cloudvolumes/detail", limit=3).json()
    assert body["count"] == 40
    assert len(body["volumes"]) == 3
    assert body["volumes"][0]["service_type"] == "EVS"
    assert body["volumes_links"][0]["rel"] == "next"
    assert client.get("cloudvolumes/detail").json()["volumes_links"] == []
    for query, code in (({"limit": 1001}, "EVS.1023"), ({"marker": "x"}, "EVS.1024")):
        answer = client.get("cloudvolumes/detail", **query)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert client.get("volumes", limit=1001).json()["error"]["code"] == "EVS.2142"
    one = body["volumes"][0]["id"]
    assert client.get(f"cloudvolumes/{one}").json()["volume"]["id"] == one


def test_an_unknown_path_is_the_routers_404(client: Client) -> None:
    answer = client.http.get(f"/v4/{client.project.id}/backups")
    assert answer.status_code == 404
    assert answer.json()["code"] == "404 Not Found"
    assert "<br />" in answer.json()["message"]


def test_a_version_that_is_too_high_is_a_406(client: Client) -> None:
    path = f"/v3/{client.project.id}/backups"
    high = client.http.get(path, headers={"OpenStack-API-Version": "volume 3.99"})
    assert high.status_code == 406
    fine = client.http.get(path, headers={"OpenStack-API-Version": "volume 3.45"})
    assert fine.status_code == 200


def test_a_project_new_to_the_service_is_sent_away(client: Client) -> None:
    client.project.closed = True
    answer = client.get("backups/detail")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BackupService.4008")


def test_a_large_world_has_exactly_its_rows() -> None:
    with Simulator(backups=3000, volumes=500) as simulator, Client(simulator) as client:
        ids, pages = _walk(client, 1000)
        assert len(set(ids)) == len(ids) == 3000
        assert pages == 4
        assert len(client.get("volumes").json()["volumes"]) == 500


@pytest.mark.parametrize(("backups", "volumes", "projects"), [(0, 0, 1), (3, 0, 2), (1, 1, 5)])
def test_small_worlds(backups: int, volumes: int, projects: int) -> None:
    with (
        Simulator(backups=backups, volumes=volumes, projects=projects) as simulator,
        Client(simulator) as client,
    ):
        assert len(client.get("backups").json()["backups"]) == backups
        assert len(client.get("volumes").json()["volumes"]) == volumes
        listed = client.http.get("/v3/auth/projects").json()["projects"]
        assert len(listed) == projects
