"""A small client of the simulator, and a clock that is moved by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

import httpx

from vbs_tui.simulator import Backup, Project, Simulator, Volume


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 14, 2, 466_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def login_body(simulator: Simulator, scope: Any = None, **user: Any) -> dict[str, Any]:
    """The body of a password log-in; ``user`` overrides its fields."""
    claim = {
        "name": simulator.username,
        "password": simulator.password,
        "domain": {"name": simulator.domain},
        **user,
    }
    auth: dict[str, Any] = {"identity": {"methods": ["password"], "password": {"user": claim}}}
    if scope is not None:
        auth["scope"] = scope
    return {"auth": auth}


class Client:
    """Logged in to the first project of a simulator."""

    def __init__(self, simulator: Simulator, username: str | None = None) -> None:
        self.simulator = simulator
        self.project: Project = simulator.world.projects[0]
        self.http = httpx.Client(base_url=simulator.url, timeout=60)
        self.username = username or simulator.username
        self.log_in()

    def log_in(self) -> None:
        body = login_body(self.simulator, {"project": {"id": self.project.id}}, name=self.username)
        answer = self.http.post("/v3/auth/tokens", json=body)
        assert answer.status_code == 201, answer.text
        self.http.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]

    def get(self, path: str, version: str = "v2", **query: Any) -> httpx.Response:
        return self.http.get(f"/{version}/{self.project.id}/{path}", params=query or None)

    def post(self, path: str, body: Any = None, version: str = "v2") -> httpx.Response:
        return self.http.post(f"/{version}/{self.project.id}/{path}", json=body)

    def backup(self, name: str) -> Backup:
        return self.simulator.world.backup(name)

    def volume(self, name: str) -> Volume:
        return self.simulator.world.volume(name)

    def restore(self, backup: str, volume: str) -> httpx.Response:
        """The vendor's call, by names."""
        path = f"cloudbackups/{self.backup(backup).id}/restore"
        return self.post(path, {"restore": {"volume_id": self.volume(volume).id}})

    def native_restore(self, backup: str, volume: str, version: str = "v3") -> httpx.Response:
        path = f"backups/{self.backup(backup).id}/restore"
        return self.post(path, {"restore": {"volume_id": self.volume(volume).id}}, version)

    def job(self, job_id: str, version: str = "v1") -> httpx.Response:
        return self.get(f"jobs/{job_id}", version)

    def states(self, backup: str, volume: str) -> tuple[str, str]:
        """The statuses of both, read over the wire."""
        one = self.get(f"backups/{self.backup(backup).id}").json()["backup"]["status"]
        other = self.get(f"volumes/{self.volume(volume).id}").json()["volume"]["status"]
        return one, other

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()
