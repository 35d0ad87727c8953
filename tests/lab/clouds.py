"""The lab as tests see it: its users, calls made by hand, and settings as an operator has them."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml

from vbs_tui.clock import Clock, SystemClock
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.config.clouds_yaml import settings_for
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.http.rate_limit import RateLimiter
from vbs_tui.cloud.provider import Ask
from vbs_tui.cloud.request_log import Call

LAB = Path(os.environ.get("LAB_DIR") or Path(tempfile.gettempdir()) / "vbs-lab")
SCRIPTS = os.environ.get("VBS_LAB", "")
THREE = {"eu-de_prod", "eu-de_staging", "eu-de_sandbox"}
"""The projects of the lab's first user."""
AT_ONCE = 1000
"""The most rows that the real Cinder puts into one answer."""


@dataclass(frozen=True)
class Lab:
    """One user of the lab, by a cloud of its ``clouds.yaml``."""

    directory: Path
    """Where the lab lies, with its clouds.yaml."""
    cloud: str
    scratch: Path
    """An empty folder for clouds.yaml files of a test's own."""
    auth: Mapping[str, str] = field(repr=False)

    @classmethod
    def read(cls, directory: Path, cloud: str, scratch: Path) -> Lab:
        found = yaml.safe_load((directory / "clouds.yaml").read_text())
        return cls(directory, cloud, scratch, dict(found["clouds"][cloud]["auth"]))

    def as_user(self, name: str, password: str) -> Lab:
        return replace(self, auth={**self.auth, "username": name, "password": password})

    def in_project(self, name: str) -> Lab:
        return replace(self, auth={**self.auth, "project_name": name})

    @property
    def url(self) -> str:
        return self.auth["auth_url"]

    @property
    def project(self) -> dict[str, Any]:
        domain = {"name": self.auth["project_domain_name"]}
        return {"project": {"name": self.auth["project_name"], "domain": domain}}

    def log_in(self) -> httpx.Response:
        """A log-in made by hand, apart from the product's."""
        domain = {"name": self.auth["user_domain_name"]}
        user = {"name": self.auth["username"], "domain": domain, "password": self.auth["password"]}
        identity = {"methods": ["password"], "password": {"user": user}}
        body = {"auth": {"identity": identity, "scope": self.project}}
        answer = by_hand("POST", f"{self.url}/auth/tokens", json=body)
        return answer.raise_for_status()

    @cached_property
    def first(self) -> httpx.Response:
        """One log-in by hand, for all that needs only a token."""
        return self.log_in()

    @property
    def token(self) -> str:
        return self.first.headers["X-Subject-Token"]

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = self.first.json()["token"]
        return found

    @property
    def project_id(self) -> str:
        return str(self.body["project"]["id"])

    @cached_property
    def cinder(self) -> str:
        """Cinder's URL of the project, as the catalog tells it; no slash at the end."""
        volume = next(one for one in self.body["catalog"] if one["type"] == "volumev3")
        urls = [one["url"] for one in volume["endpoints"] if one["interface"] == "public"]
        return str(urls[0]).rstrip("/")

    def identity(self, method: str, path: str, body: object = None) -> Any:
        """A call to Keystone that must succeed; its JSON."""
        return self._call(method, f"{self.url}{path}", body)

    def volumes(self, method: str, path: str, body: object = None) -> Any:
        """A call to Cinder that must succeed; its JSON."""
        return self._call(method, f"{self.cinder}{path}", body)

    def _call(self, method: str, url: str, body: object) -> Any:
        answer = by_hand(method, url, headers={"X-Auth-Token": self.token}, json=body)
        if not answer.is_success:
            raise AssertionError(f"{method} {url}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def takes(self, token: str) -> bool:
        """Whether Keystone takes *token*: asked with the token itself, so that nothing else
        can be what it refuses."""
        head = {"X-Auth-Token": token, "X-Subject-Token": token}
        return by_hand("GET", f"{self.url}/auth/tokens", headers=head).is_success

    def settings(self, auth: Mapping[str, Any] | None = None, /, **cloud: Any) -> CloudSettings:
        """Settings out of a clouds.yaml with *auth* (default: this user's password)."""
        told = dict(self.auth) if auth is None else {"auth_url": self.url, **auth}
        entry = {"auth": told, "region_name": "RegionOne", **cloud}
        path = self.scratch / "clouds.yaml"
        path.write_text(yaml.safe_dump({"clouds": {"it": entry}}))
        return settings_for("it", None, {"OS_CLIENT_CONFIG_FILE": str(path)})

    def with_vbs(self) -> dict[str, str]:
        """The keys of a cloud whose lists are Cinder's own: the lab has no VBS."""
        root = self.cinder.rpartition("/v3/")[0]
        return {"vbs_endpoint_override": f"{root}/v3/%(project_id)s"}


def by_hand(method: str, url: str, **more: Any) -> httpx.Response:
    return httpx.request(method, url, trust_env=False, timeout=60, **more)


def silent(directory: Path) -> str:
    """Why the lab in *directory* cannot be used; empty when both services answer."""
    if not (directory / "clouds.yaml").is_file():
        return f"no clouds.yaml in {directory}"
    lab = Lab.read(directory, "lab", directory)
    try:
        by_hand("GET", lab.url)
        # Whatever it answers: that it is there is enough.
        by_hand("GET", lab.cinder)
    except httpx.TransportError:
        return f"the lab in {directory} does not answer"
    return ""


def rows_by_hand(lab: Lab, kind: str) -> list[str]:
    """The ids of a whole list, page by page as Cinder's own links join them."""
    found: list[str] = []
    query = ""
    while True:
        page = lab.volumes("GET", f"/{kind}{query}")
        found += [row["id"] for row in page[kind]]
        links = [one["href"] for one in page.get(f"{kind}_links", ()) if one["rel"] == "next"]
        if not links:
            return found
        query = f"?{urlsplit(links[0]).query}"


@asynccontextmanager
async def connected(
    settings: CloudSettings, *, ask: Ask | None = None, clock: Clock | None = None
) -> AsyncIterator[CloudConnection]:
    """A connection as the program makes it, at a quicker pace."""
    clock = clock or SystemClock()
    limiter = RateLimiter(clock, per_second=200, burst=50)
    connection = CloudConnection(settings, ask=ask, clock=clock, limiter=limiter)
    try:
        yield connection
    finally:
        await connection.aclose()


def log_ins(connection: CloudConnection) -> list[Call]:
    """The log-ins that were sent, as the request log tells."""
    calls = connection.request_log.calls()
    return [one for one in calls if one.method == "POST" and one.url.endswith("/auth/tokens")]


if __name__ == "__main__":
    sys.exit(silent(LAB) or None)
