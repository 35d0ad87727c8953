"""A company's cloud on a scripted server: Keystone, and the identity provider that it believes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.support.toy_cloud import ToyCloud
from tests.support.wire_server import Heard, Reply, json_reply
from vbs_tui.cloud.config.clouds_yaml import settings_for
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.provider import Ask

PASSWORD = 'idp-pa"ss wörd&7731'
CLIENT_SECRET = "client-sec/ret=55"
ACCESS_TOKEN = "idp-access-token-8841"
BASIC = base64.b64encode(f"console:{CLIENT_SECRET}".encode()).decode()
FEDERATION = "/v3/OS-FEDERATION/identity_providers/corp/protocols/openid/auth"
UNAUTHORIZED = json_reply({"error": "invalid_grant", "error_description": "no such user"}, 401)


class Company(ToyCloud):
    """A cloud whose users are kept by an identity provider of their own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.instead: dict[str, Callable[[Heard], Reply]] = {}
        """What to answer on a path, in place of what is right there."""

    def answer(self, heard: Heard) -> Reply:
        if heard.path in self.instead:
            return self.instead[heard.path](heard)
        if heard.path == "/idp/token":
            return self._access_token(heard)
        if heard.path == FEDERATION:
            good = heard.headers.get("authorization") == f"Bearer {ACCESS_TOKEN}"
            return self.grant({}) if good else UNAUTHORIZED
        return super().answer(heard)

    def _access_token(self, heard: Heard) -> bytes:
        form = parse_qs(heard.body.decode())
        good = form["password"] == [PASSWORD] and form["username"] == ["jane"]
        if not good or heard.headers.get("authorization") != f"Basic {BASIC}":
            return UNAUTHORIZED
        return json_reply({"access_token": ACCESS_TOKEN, "token_type": "Bearer"})

    @property
    def asked(self) -> int:
        """How often the identity provider was asked."""
        return len(self.server.of("POST", "/idp/token"))

    def cloud(self, **changes: Any) -> dict[str, Any]:
        auth = {
            "auth_url": f"{self.server.url}/v3",
            "identity_provider": "corp",
            "protocol": "openid",
            "client_id": "console",
            "client_secret": CLIENT_SECRET,
            "access_token_endpoint": f"{self.server.url}/idp/token",
            "username": "jane",
            "password": PASSWORD,
            "project_name": "eu-de_prod",
            "project_domain_name": "ops",
        }
        auth |= changes.pop("auth", {})
        return {"auth_type": "v3oidcpassword", **changes, "auth": auth}

    def connect(
        self, home: Path, cloud: dict[str, Any], ask: Ask | None = None, **env: str
    ) -> CloudConnection:
        made = CloudConnection(settings_of(home, cloud, **env), ask=ask, clock=self.clock)
        self.connections.append(made)
        return made


def settings_of(home: Path, cloud: dict[str, Any], **env: str) -> Any:
    path = home / "clouds.yaml"
    path.write_text(json.dumps({"clouds": {"corp": cloud}}))
    return settings_for("corp", None, {"OS_CLIENT_CONFIG_FILE": str(path), **env})
