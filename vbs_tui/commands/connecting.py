"""From the command line and the environment to a connector: which cloud, with which log-in."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vbs_tui.clock import SystemClock
from vbs_tui.cloud.provider import Ask, Connection, SecretKind, SecretQuestion
from vbs_tui.cloud.requestlog import RequestLog
from vbs_tui.restore.desk import Connector

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
    from vbs_tui.cloud.environment import (  # noqa: PLC0415 - start-up time
        IncompleteEnvironment,
        settings_from_environment,
    )

    if not env.get("OS_AUTH_URL"):
        raise NoCloud(NO_CLOUD)
    try:
        settings = settings_from_environment(env)
    except IncompleteEnvironment as error:
        raise NoCloud(f"{error}\n") from error

    async def connect(ask: Ask, log: RequestLog) -> Connection:
        from vbs_tui.cloud.connection import CloudConnection  # noqa: PLC0415 - start-up time

        return CloudConnection(
            settings, clock=SystemClock(), rng=random.Random(), ask=ask, request_log=log
        )

    return Target(settings.name, connect, lambda: None)


def demo() -> Target:
    """The cloud inside the program."""
    from vbs_tui.simulator import Simulator  # noqa: PLC0415 - start-up time

    simulator = Simulator()

    async def connect(ask: Ask, log: RequestLog) -> Connection:
        from vbs_tui.cloud.connection import CloudConnection  # noqa: PLC0415
        from vbs_tui.cloud.environment import settings_from_environment  # noqa: PLC0415

        await asyncio.to_thread(simulator.start)
        settings = settings_from_environment(
            {
                "OS_AUTH_URL": simulator.auth_url,
                "OS_USERNAME": simulator.username,
                "OS_PASSWORD": simulator.password,
                "OS_USER_DOMAIN_NAME": simulator.domain,
                "OS_REGION_NAME": simulator.region,
            }
        )
        return CloudConnection(
            settings, clock=SystemClock(), rng=random.Random(), ask=ask, request_log=log
        )

    return Target("demo", connect, simulator.stop)


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
