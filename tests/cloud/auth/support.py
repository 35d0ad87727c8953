"""What the tests of log-ins share: a user, a project, responses, and scripted plugins."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from keystoneauth1.identity import v3
from keystoneauth1.session import Session

from tests.support.company import BASIC, CLIENT_SECRET, PASSWORD, Company
from tests.support.toy_cloud import PROJECT, VOLUME
from tests.support.wire_server import Heard, json_reply
from vbs_tui.cloud.auth.credentials import User
from vbs_tui.cloud.auth.plugins.loading import PluginCredentials, plugin_credentials
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import CloudError, Failure
from vbs_tui.cloud.resources import Project

JANE = User(name="ops-jane", domain_name="OTC00000000001000000317")
THE_PROJECT = Project(PROJECT, "eu-de_prod")
UNAUTHORIZED = json_reply({"error": {"code": 401, "message": "no", "title": "Unauthorized"}}, 401)
SECRETS = ("wörd&7731", "client-sec/ret", "token-8841", "gAAAA", BASIC[:12])
"""Parts of the secrets of a :class:`Company`."""


def a_volume(heard: Heard) -> bytes:
    return json_reply({"volume": {"id": VOLUME, "status": "available"}})


async def failure_of(connection: CloudConnection) -> Failure:
    """Why the projects cannot be listed."""
    with pytest.raises(CloudError) as caught:
        await connection.projects()
    return caught.value.failure


def shown_by(error: BaseException, connection: CloudConnection) -> str:
    """All that an error shows, with the locals of its frames, and the request log."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    own = [line for line in told.format() if "tests/cloud" not in line]
    failure = error.failure if isinstance(error, CloudError) else None
    calls = connection.request_log.calls()
    return "\n".join([str(error), repr(error), repr(failure), repr(calls), *own])


def connect(company: Company, credentials: Any, **more: Any) -> CloudConnection:
    settings = CloudSettings(auth_url=f"{company.server.url}/v3", credentials=credentials)
    made = CloudConnection(settings, clock=company.clock, **more)
    company.connections.append(made)
    return made


class Scripted(v3.OidcPassword):
    """A plugin that does first what the test wants."""

    def __init__(self, company: Company, act: Callable[[Any], object]) -> None:
        super().__init__(**company.cloud()["auth"])
        self._act = act

    def get_unscoped_auth_ref(self, session: Any) -> Any:
        self._act(session)
        return super().get_unscoped_auth_ref(session)


def scripted(company: Company, act: Callable[[Any], object]) -> PluginCredentials:
    values = {"password": PASSWORD, "client_secret": CLIENT_SECRET}
    return plugin_credentials(
        "v3oidcpassword", "jane", values, lambda _: (Scripted(company, act), Session())
    )
