"""From the command line and the environment to a connector: which cloud, with which log-in."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vbs_tui.cloud.provider import Ask, Connection, SecretKind, SecretQuestion
from vbs_tui.cloud.requestlog import RequestLog
from vbs_tui.restore.desk import Connector
from vbs_tui.text import clean

if TYPE_CHECKING:
    from vbs_tui.cloud.settings import CloudSettings
    from vbs_tui.simulator import Simulator

NO_CLOUD = """\
vbs-tui knows of no cloud yet.
  Try it without one:   vbs-tui --demo
  Use a real one:       set OS_AUTH_URL, OS_USERNAME and OS_PROJECT_NAME (vbs-tui --help lists all)
"""


@dataclass(frozen=True, slots=True)
class Target:
    """A cloud to connect to, not yet connected."""

    name: str
    connector: Connector
    close: Callable[[], None]
    """Ends what was started for it (the simulated cloud); safe to call twice."""


class NoCloud(Exception):  # noqa: N818 - nothing is broken, something is missing
    """No cloud is configured; the text says what to do, fit for the terminal."""


def from_environment(env: Mapping[str, str] = os.environ) -> Target:
    """The cloud that the ``OS_*`` variables name. Raises :class:`NoCloud`."""
    return target_of(settings_for(env=env))


def settings_for(env: Mapping[str, str] = os.environ) -> CloudSettings:
    """How to reach the cloud that is meant. Raises :class:`NoCloud`."""
    from vbs_tui.cloud.environment import (  # noqa: PLC0415 - start-up time
        MissingVariables,
        settings_from_environment,
    )

    if not env.get("OS_AUTH_URL"):
        raise NoCloud(NO_CLOUD)
    settings = settings_from_environment(env)
    if isinstance(settings, MissingVariables):
        raise NoCloud(f"{settings.sentence}\n")
    return settings


def target_of(settings: CloudSettings) -> Target:
    """A cloud that can be reached by *settings*."""

    async def connect(ask: Ask, log: RequestLog) -> Connection:
        return _connection(settings, ask, log)

    name = settings.name or urlsplit(settings.auth_url).hostname or "cloud"
    return Target(clean(name, 60), connect, lambda: None)


def demo() -> Target:
    """The cloud inside the program."""
    from vbs_tui.simulator import Simulator  # noqa: PLC0415 - start-up time

    simulator = Simulator()

    async def connect(ask: Ask, log: RequestLog) -> Connection:
        await asyncio.to_thread(simulator.start)
        return _connection(_simulated(simulator), ask, log)

    return Target("demo", connect, simulator.stop)


def _simulated(simulator: Simulator) -> CloudSettings:
    from vbs_tui.cloud.credentials import PasswordCredentials, User  # noqa: PLC0415
    from vbs_tui.cloud.secret import Secret  # noqa: PLC0415
    from vbs_tui.cloud.settings import CloudSettings  # noqa: PLC0415

    user = User(name=simulator.username, domain_name=simulator.domain)
    return CloudSettings(
        auth_url=simulator.auth_url,
        credentials=PasswordCredentials(user, Secret(simulator.password)),
        name="demo",
        region=simulator.region,
    )


def _connection(settings: CloudSettings, ask: Ask, log: RequestLog) -> Connection:
    from vbs_tui.cloud.connection import CloudConnection  # noqa: PLC0415 - start-up time

    return CloudConnection(settings, ask=ask, request_log=log)


def ask_on_terminal(question: SecretQuestion) -> str | None:
    """Ask on the controlling terminal, unseen; ``None`` when there is none, or no answer."""
    import getpass  # noqa: PLC0415

    if not sys.stdin.isatty():
        return None
    label = "Password" if question.kind is SecretKind.PASSWORD else "Passcode"
    try:
        return getpass.getpass(f"{question.prompt or label}: ") or None
    except (EOFError, OSError):
        return None


def journal_directory() -> Path:
    """Where the journal of real clouds lies."""
    from vbs_tui.paths import state_directory  # noqa: PLC0415

    return state_directory()
