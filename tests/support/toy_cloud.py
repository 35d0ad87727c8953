"""A small cloud on a scripted server: log-in, projects and catalog work, the rest is the test's."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from tests.support.fast_clock import FastClock
from tests.support.wire_server import Heard, Reply, WireServer, json_reply
from vbs_tui.cloud.auth.credentials import Credentials, PasswordCredentials, User
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.http.session import Timeouts
from vbs_tui.cloud.provider import Ask
from vbs_tui.cloud.providers.vbs.provider import VbsProvider
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.secrets import Secret

PROJECT = "0391e4486e864c26be5654c522f440f2"
BACKUP = "87566ed6-72cb-4053-aa6e-6f6216b3d507"
VOLUME = "5024a06e-6990-4f12-9dcc-8fe26b01a710"
JOB = "ff8080826576401e01657b99fc444986"
PASSWORD = 'pa"ss wörd&/-zq7731'


def a_token(number: int) -> str:
    return f"gAAAAAtoken{number:04d}" + "x" * 60


@dataclass
class ToyCloud:
    """Everything a connection needs; ``service`` answers what is not IAM's."""

    service: Callable[[Heard], Reply] = lambda heard: json_reply({}, 404)
    log_in: Callable[[Heard, dict[str, Any]], Reply | None] = lambda heard, auth: None
    life: timedelta = timedelta(hours=24)
    skew: timedelta = timedelta(0)
    """How far the cloud's clock is ahead of ours."""
    clock: FastClock = field(default_factory=FastClock)
    given: int = 0
    catalog: list[dict[str, Any]] | None = None
    server: WireServer = field(init=False)
    connections: list[CloudConnection] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = WireServer(self.answer)

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        for connection in self.connections:
            await connection.aclose()
        await self.server.__aexit__(None, None, None)

    def answer(self, heard: Heard) -> Reply:
        if heard.path == "/v3/auth/tokens":
            auth = json.loads(heard.body)["auth"]
            return self.log_in(heard, auth) or self.grant(auth)
        if heard.path == "/v3/auth/projects":
            row = {"id": PROJECT, "name": "eu-de_prod", "enabled": True}
            return json_reply({"projects": [row], "links": {"next": None}})
        return self.service(heard)

    def grant(self, auth: dict[str, Any], *, life: timedelta | None = None) -> bytes:
        self.given += 1
        now = self.clock.now() + self.skew
        expires = now + (life if life is not None else self.life)
        token: dict[str, Any] = {
            "issued_at": f"{now:%Y-%m-%dT%H:%M:%S}.000000Z",
            "expires_at": f"{expires:%Y-%m-%dT%H:%M:%S}.000000Z",
            "user": {"id": "984366b9749e43d88660cc093d95b83b", "name": "ops-jane"},
        }
        if "scope" in auth:
            token["project"] = {"id": PROJECT, "name": "eu-de_prod"}
            token["catalog"] = self.catalog if self.catalog is not None else self._catalog()
        return json_reply({"token": token}, 201, {"X-Subject-Token": a_token(self.given)})

    def connection(
        self,
        credentials: Credentials | None = None,
        *,
        ask: Ask | None = None,
        timeouts: Timeouts | None = None,
        **settings: Any,
    ) -> CloudConnection:
        user = User(name="ops-jane", domain_name="OTC00000000001000000317")
        plain = CloudSettings(
            auth_url=settings.pop("auth_url", f"{self.server.url}/v3"),
            credentials=credentials or PasswordCredentials(user, Secret(PASSWORD)),
            **settings,
        )
        made = CloudConnection(
            plain, ask=ask, clock=self.clock, rng=random.Random(1), timeouts=timeouts
        )
        self.connections.append(made)
        return made

    async def provider(self, timeouts: Timeouts | None = None) -> VbsProvider:
        return await self.connection(timeouts=timeouts).open(Project(PROJECT, "eu-de_prod"))

    def _catalog(self) -> list[dict[str, Any]]:
        return [
            catalog_entry("vbsv2", f"{self.server.url}/v2/{PROJECT}"),
            catalog_entry("volumev3", f"{self.server.url}/v3/{PROJECT}"),
        ]


def catalog_entry(kind: str, url: str, region: str = "eu-de") -> dict[str, Any]:
    row = {"interface": "public", "region": region, "region_id": region, "url": url}
    return {"type": kind, "name": kind, "id": kind, "endpoints": [row]}
