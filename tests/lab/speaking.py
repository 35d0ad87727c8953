"""The program's own calls to the lab's services, and a look at the refusals that come back."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.lab.clouds import Lab, connected
from vbs_tui.clock import SystemClock
from vbs_tui.cloud.auth.credentials import PasswordCredentials
from vbs_tui.cloud.auth.log_in import LogIn
from vbs_tui.cloud.auth.prompt import LogInPrompt
from vbs_tui.cloud.auth.refusal_history import RefusalHistory
from vbs_tui.cloud.auth.token_store import TokenStore
from vbs_tui.cloud.auth.tokens import Scope
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.cloud.http.errors.responses import response_error
from vbs_tui.cloud.http.messages import Response
from vbs_tui.cloud.http.service_client import ServiceClient
from vbs_tui.cloud.http.session import Session
from vbs_tui.cloud.http.urls import identity_root
from vbs_tui.cloud.provider import Provider
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.commands.support.failures import failure_lines


@asynccontextmanager
async def speaking(lab: Lab) -> AsyncIterator[ServiceClient]:
    """The program's own authorised calls, for requests that it does not make itself."""
    settings = lab.settings()
    assert isinstance(settings.credentials, PasswordCredentials)
    session = Session(log=RequestLog(), clock=SystemClock(), rng=random.Random())
    prompt = LogInPrompt(session, "", None, "lab", RefusalHistory())
    log_in = LogIn(session, identity_root(settings.auth_url), settings.credentials, prompt)
    scope = Scope(project_id=lab.project_id)
    try:
        yield ServiceClient(session, TokenStore(session, log_in).scoped(scope))
    finally:
        await session.aclose()


@asynccontextmanager
async def opened(lab: Lab) -> AsyncIterator[tuple[CloudConnection, Provider]]:
    async with connected(lab.settings(**lab.with_vbs())) as connection:
        found = await connection.projects()
        here = next(one for one in found if one.id == lab.project_id)
        yield connection, await connection.open(here)


def judged(answer: Response, status: int, name: str, text: str) -> Failure:
    """The failure that *answer* is, after a look at what was read out of it."""
    failure = response_error(answer).failure
    assert (failure.kind, failure.executed) == (ErrorKind.REFUSED, Executed.NO)
    assert failure.status == answer.status == status
    assert answer.envelope.name == name
    assert text in failure.message
    # Keystone's and Cinder's numbers are statuses, no codes of their own.
    assert failure.code == ""
    assert failure.request_id.startswith("req-")
    # In words, too: what it means and what to do.
    told = words(failure)
    assert f"HTTP {status}" in told
    assert "  What to do " in told
    return failure


def words(failure: Failure) -> str:
    """What the operator reads of it."""
    return "\n".join(failure_lines(failure))
