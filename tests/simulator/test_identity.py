"""Logging in, scopes, the life of tokens, the catalog."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.simulator.client import Client, HandClock, login_body
from vbs_tui.simulator import Simulator


@pytest.fixture
def http(simulator: Simulator) -> Any:
    with httpx.Client(base_url=simulator.url) as http:
        yield http


def test_a_password_opens_a_project_and_the_token_is_in_the_header_alone(
    simulator: Simulator, http: httpx.Client
) -> None:
    project = simulator.world.projects[0]
    scope = {"project": {"name": project.name, "domain": {"name": simulator.domain}}}
    answer = http.post("/v3/auth/tokens", json=login_body(simulator, scope))
    assert answer.status_code == 201
    token = answer.headers["X-Subject-Token"]
    assert token not in answer.text
    body = answer.json()["token"]
    assert body["project"]["id"] == project.id
    assert body["issued_at"] == "2026-11-23T09:14:02.466000Z"
    assert body["expires_at"] == "2026-11-24T09:14:02.466000Z"
    urls = {entry["type"]: entry["endpoints"][0]["url"] for entry in body["catalog"]}
    assert urls["vbs"] == f"{simulator.url}/v2/"
    assert urls["vbsv2"] == f"{simulator.url}/v2/{project.id}"
    assert urls["volumev3"] == f"{simulator.url}/v3/{project.id}"
    regions = [
        endpoint["region"]
        for entry in body["catalog"]
        if entry["type"] == "identity"
        for endpoint in entry["endpoints"]
    ]
    assert regions == ["eu-de", "*"]


def test_nocatalog_leaves_the_catalog_out(simulator: Simulator, http: httpx.Client) -> None:
    scope = {"project": {"id": simulator.world.projects[0].id}}
    answer = http.post("/v3/auth/tokens?nocatalog=1", json=login_body(simulator, scope))
    assert "catalog" not in answer.json()["token"]


def test_every_wrong_login_is_refused_alike(simulator: Simulator, http: httpx.Client) -> None:
    good = {"project": {"name": simulator.world.projects[0].name}}
    wrong = [
        login_body(simulator, good, password="no"),
        login_body(simulator, good, name="nobody"),
        login_body(simulator, {"project": {"name": "foreign"}}),
        login_body(simulator, good, domain={"name": "elsewhere"}),
    ]
    answers = [http.post("/v3/auth/tokens", json=body) for body in wrong]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["error"]["code"] == 401


def test_a_body_that_is_no_login_is_a_400(http: httpx.Client) -> None:
    for body in (b"{", b"[]", b'{"auth": 1}', b'{"auth": {"identity": {"methods": []}}}'):
        answer = http.post("/v3/auth/tokens", content=body)
        assert answer.status_code == 400
        assert answer.json()["error_code"] == "IAM.0011"


def test_unscoped_and_domain_tokens_list_projects_but_open_no_disks(
    simulator: Simulator, http: httpx.Client
) -> None:
    project = simulator.world.projects[0]
    for scope in (None, {"domain": {"name": simulator.domain}}):
        answer = http.post("/v3/auth/tokens", json=login_body(simulator, scope))
        assert "project" not in answer.json()["token"]
        headers = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
        listed = http.get("/v3/auth/projects", headers=headers).json()["projects"]
        assert [row["name"] for row in listed] == ["eu-de_prod", "eu-de_staging", "eu-de_sandbox"]
        refused = http.get(f"/v2/{project.id}/backups/detail", headers=headers)
        assert refused.status_code == 400
        assert refused.json()["badRequest"]["message"] == "Malformed request url"
        assert http.get("/v3/auth/catalog", headers=headers).status_code == 403


def test_a_token_buys_another_project_and_keeps_its_end(
    simulator: Simulator, http: httpx.Client, clock: HandClock
) -> None:
    first = http.post("/v3/auth/tokens", json=login_body(simulator))
    clock.move(3600)
    staging = simulator.world.projects[1]
    body = {
        "auth": {
            "identity": {
                "methods": ["token"],
                "token": {"id": first.headers["X-Subject-Token"]},
            },
            "scope": {"project": {"id": staging.id}},
        }
    }
    second = http.post("/v3/auth/tokens", json=body)
    assert second.status_code == 201
    assert second.json()["token"]["project"]["name"] == "eu-de_staging"
    assert second.json()["token"]["expires_at"] == first.json()["token"]["expires_at"]


def test_a_passcode_is_needed_and_counts_once(simulator: Simulator, http: httpx.Client) -> None:
    scope = {"project": {"id": simulator.world.projects[0].id}}
    body = login_body(simulator, scope, name="demo-mfa")
    assert http.post("/v3/auth/tokens", json=body).status_code == 401
    user = {"name": "demo-mfa", "domain": {"name": simulator.domain}}
    identity = body["auth"]["identity"]
    identity["methods"] = ["password", "totp"]
    identity["totp"] = {"user": {**user, "passcode": "000000"}}
    wrong = http.post("/v3/auth/tokens", json=body)
    assert (wrong.status_code, wrong.json()["error_code"]) == (400, "IAM.1061")
    identity["totp"] = {"user": {**user, "passcode": simulator.passcode()}}
    good = http.post("/v3/auth/tokens", json=body)
    assert good.status_code == 201
    assert "mfa_authn_at" in good.json()["token"]
    assert http.post("/v3/auth/tokens", json=body).json()["error_code"] == "IAM.1061"


def test_an_application_credential_opens_its_own_project(
    simulator: Simulator, http: httpx.Client
) -> None:
    credential = simulator.world.app_credentials[0]
    claim = {"id": credential.id, "secret": credential.secret}
    identity = {"methods": ["application_credential"], "application_credential": claim}
    answer = http.post("/v3/auth/tokens", json={"auth": {"identity": identity}})
    assert answer.json()["token"]["project"]["id"] == credential.project_id
    claim["secret"] = "wrong"
    assert http.post("/v3/auth/tokens", json={"auth": {"identity": identity}}).status_code == 401


def test_a_token_ends_by_the_clock_and_by_revocation(client: Client, clock: HandClock) -> None:
    clock.move(86_399)
    assert client.get("backups").status_code == 200
    clock.move(1)
    native = client.get("backups")
    assert (native.status_code, native.json()["error"]["code"]) == (401, 401)
    job = client.job("anything")
    assert (job.status_code, job.json()["error_code"]) == (401, "APIG.0301")
    client.simulator.options.expired_token_is_400 = True
    job = client.job("anything")
    assert (job.status_code, job.json()["error"]["code"]) == (400, "Common.0013")
    client.log_in()
    token = client.http.headers["X-Auth-Token"]
    assert client.http.get("/v3/auth/tokens", headers={"X-Subject-Token": token}).is_success
    gone = client.http.delete("/v3/auth/tokens", headers={"X-Subject-Token": token})
    assert gone.status_code == 204
    assert client.get("backups").status_code == 401


def test_lists_of_projects_that_are_not_ones_own_need_an_administrator(
    client: Client, simulator: Simulator
) -> None:
    users = simulator.world.users
    assert client.http.get("/v3/projects").status_code == 403
    assert client.http.get(f"/v3/users/{users[0].id}/projects").status_code == 200
    assert client.http.get(f"/v3/users/{users[1].id}/projects").status_code == 403
    with Client(simulator, "demo-admin") as admin:
        assert admin.http.get(f"/v3/users/{users[1].id}/projects").status_code == 200
        rows = admin.http.get("/v3/projects?name=eu-de_prod").json()["projects"]
        assert [row["name"] for row in rows] == ["eu-de_prod"]


def test_another_project_in_the_path_is_refused_in_each_services_way(client: Client) -> None:
    other = client.simulator.world.projects[1].id
    table = {
        f"/v3/{other}/volumes/detail": "Malformed request url",
        f"/v1/{other}/jobs/x": "Common.0018",
        f"/v2/{other}/cloudvolumes/detail": "EVS.0001",
    }
    for path, mark in table.items():
        answer = client.http.get(path)
        assert answer.status_code == 400, path
        assert mark in answer.text


def test_version_documents_need_no_token(http: httpx.Client) -> None:
    assert http.get("/").status_code == 300
    for path in ("/v3", "/v3/", "/v2/"):
        answer = http.get(path)
        assert answer.status_code == 200
        assert answer.json()["version"]["status"] == "stable"


def test_secrets_stay_out_of_the_ledger(client: Client) -> None:
    client.get("backups")
    told = repr([(r.headers, r.body) for r in client.simulator.ledger.requests])
    assert client.simulator.password not in told
    assert client.http.headers["X-Auth-Token"] not in told
    login, listing = client.simulator.ledger.requests
    assert (login.status, listing.status) == (201, 200)
    assert listing.authenticated


def log_in(simulator: Simulator, http: httpx.Client, *methods: str, **parts: Any) -> httpx.Response:
    """A log-in by *methods*; *parts* are added to, or stand in for, what a good one would send."""
    claim = login_body(simulator)["auth"]["identity"]["password"]
    identity = {"methods": list(methods), "password": claim, **parts}
    return http.post("/v3/auth/tokens", json={"auth": {"identity": identity}})


def test_every_method_that_is_named_must_hold(simulator: Simulator, http: httpx.Client) -> None:
    good = log_in(simulator, http, "password").headers["X-Subject-Token"]
    wrong = {"user": {**login_body(simulator)["auth"]["identity"]["password"]["user"]}}
    wrong["user"]["password"] = "no"
    token = {"id": good}
    assert log_in(simulator, http, "password", "token", token=token).status_code == 201
    bad = log_in(simulator, http, "password", "token", token=token, password=wrong)
    assert bad.status_code == 401
    name = {"name": simulator.username, "domain": {"name": simulator.domain}}
    totp = {"user": {**name, "passcode": "000000"}}
    assert log_in(simulator, http, "password", "totp", totp=totp).status_code == 401
    assert log_in(simulator, http, "password", "nonsense").status_code == 400


def test_a_dead_token_is_a_404_as_a_keystone_answers(
    simulator: Simulator, http: httpx.Client
) -> None:
    token = {"id": "gAAAAAno-token"}
    answer = log_in(simulator, http, "token", token=token)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == 404


def test_an_application_credential_opens_no_other_project(
    simulator: Simulator, http: httpx.Client
) -> None:
    known = simulator.world.app_credentials[0]
    claim = {"id": known.id, "secret": known.secret}
    identity = {"methods": ["application_credential"], "application_credential": claim}
    statuses = []
    for project in simulator.world.projects:
        scope = {"project": {"id": project.id}}
        answer = http.post("/v3/auth/tokens", json={"auth": {"identity": identity, "scope": scope}})
        statuses.append((project.id == known.project_id, answer.status_code))
    assert (True, 201) in statuses
    assert {status for is_own, status in statuses if not is_own} == {401}


def test_on_all_addresses_it_is_where_it_was_asked() -> None:
    with (
        Simulator(host="0.0.0.0") as simulator,
        httpx.Client(base_url=simulator.url.replace("0.0.0.0", "127.0.0.1")) as http,
    ):
        scope = {"project": {"id": simulator.world.projects[0].id}}
        answer = http.post("/v3/auth/tokens", json=login_body(simulator, scope))
        urls = [one["endpoints"][0]["url"] for one in answer.json()["token"]["catalog"]]
        assert urls
        assert all(url.startswith(str(http.base_url).rstrip("/")) for url in urls)
