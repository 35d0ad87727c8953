"""From the command line and the environment to a connector: which cloud, with which log-in."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vbs_tui.cloud.config.variables import Variables
from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.urls import identity_root
from vbs_tui.cloud.provider import DONE, Ask, Connection, LogInQuestion, QuestionKind
from vbs_tui.cloud.request_log import RequestLog
from vbs_tui.restore.backend import Connector
from vbs_tui.text import clean
from vbs_tui.threads import in_thread

if TYPE_CHECKING:
    from vbs_tui.cloud.auth.refusal_history import RefusalHistory
    from vbs_tui.cloud.config.cloud_settings import CloudSettings
    from vbs_tui.cloud.config.clouds_yaml import ConfiguredCloud
    from vbs_tui.simulator import Simulator

    RefusalHistories = dict[tuple[str, str], RefusalHistory]
    """By identity service and user."""

NO_CLOUD = """\
vbs-tui knows of no cloud yet.
  Try it without one:   vbs-tui --demo
  Use a real one:       vbs-tui --cloud NAME, with a clouds.yaml; or set OS_AUTH_URL, OS_USERNAME, …
"""


VARIABLES = "envvars"
"""What openstacksdk's loader calls the cloud that ``OS_*`` variables alone make."""


@dataclass(frozen=True, slots=True)
class Target:
    """A cloud to connect to, not yet connected."""

    name: str
    """Its name, cleaned to be shown."""
    raw_name: str
    """Its name as it is configured, to compare with other names; never to be shown."""
    connector: Connector
    close: Callable[[], None]
    """Stops what was started for it (the simulated cloud). Can be called twice."""


class SeveralClouds(Exception):  # noqa: N818 - nothing is broken, a choice is needed
    """The configuration has several clouds, and none was named."""

    def __init__(self, clouds: tuple[ConfiguredCloud, ...]) -> None:
        self.clouds = clouds
        names = ", ".join(one.name for one in clouds)
        super().__init__(f"Several clouds are configured: {names}. Name one with --cloud.")


class NoCloud(Exception):  # noqa: N818 - nothing is broken, something is missing
    """No cloud is configured; the text says what to do, fit for the terminal."""

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.hint = hint
        """What to do where it is not to correct a file; else empty."""


def choose_cloud(
    cloud: str | None = None,
    region: str | None = None,
    env: Mapping[str, str] = os.environ,
    *,
    tokens: Path | None = None,
    histories: RefusalHistories | None = None,
) -> Target:
    """The cloud to open: by name, by the ``OS_*`` variables, or the only one configured.

    *tokens*: the directory to keep tokens in, if they are to be kept. *histories*: refused log-ins
    by user, of all the clouds that this program has opened. Raises :class:`NoCloud`, and
    :class:`SeveralClouds` when the operator must choose.
    """
    env = Variables(env)
    name = chosen_cloud_name(cloud, env)
    histories = {} if histories is None else histories
    if name == VARIABLES and env.get("OS_AUTH_URL"):
        # The same cloud by another name: a protected cloud is protected by either.
        name, env = None, Variables({key: env[key] for key in env if key != "OS_CLOUD"})
    if name is None:
        return target_of(settings_for(None, region, env), tokens, histories)
    return _configured(name, region, env, tokens, histories)


def chosen_cloud_name(cloud: str | None, env: Mapping[str, str] = os.environ) -> str | None:
    """The name of the cloud to open; ``None`` for the one that variables alone make.

    Raises as :func:`choose_cloud`.
    """
    if name := cloud or env.get("OS_CLOUD"):
        return name
    if env.get("OS_AUTH_URL"):
        return None
    clouds = configured_clouds(env)
    if not clouds:
        raise NoCloud(NO_CLOUD)
    if len(clouds) > 1:
        raise SeveralClouds(clouds)
    return clouds[0].raw_name


def configured_clouds(env: Mapping[str, str] = os.environ) -> tuple[ConfiguredCloud, ...]:
    """The clouds of clouds.yaml and its like. Takes a quarter of a second. Raises ``NoCloud``."""
    from vbs_tui.cloud.config.clouds_yaml import ConfigurationError, cloud_names  # noqa: PLC0415

    env = Variables(env)
    try:
        found = cloud_names(env)
    except ConfigurationError as error:
        problem = NoCloud(f"{error}\n", error.hint)
    else:
        # Variables without an address make no cloud; those with one are handled before.
        return tuple(one for one in found if one.raw_name != VARIABLES)
    raise problem


def settings_for(
    cloud: str | None = None, region: str | None = None, env: Mapping[str, str] = os.environ
) -> CloudSettings:
    """How to reach a cloud: one of the configuration by name, else that of the variables.

    Blocks when it reads the clouds_yaml. Raises :class:`NoCloud`, with no frame on it that holds
    a secret.
    """
    env, cloud = Variables(env), cloud or None
    if cloud is None and not env.get("OS_CLOUD") and env.get("OS_AUTH_URL"):
        from vbs_tui.cloud.config.environment import (  # noqa: PLC0415 - start-up time
            MissingVariables,
            is_quickly_read,
            settings_from_environment,
        )

        if is_quickly_read(env):
            settings = settings_from_environment(env)
            if isinstance(settings, MissingVariables):
                raise NoCloud(f"{settings.sentence}\n")
            return settings if region is None else replace(settings, region=region)
    from vbs_tui.cloud.config import clouds_yaml  # noqa: PLC0415 - start-up time

    try:
        return clouds_yaml.settings_for(cloud, region, env)
    except clouds_yaml.ConfigurationError as error:
        problem = NoCloud(f"{error}\n", error.hint)
    raise problem


def _configured(
    cloud: str,
    region: str | None,
    env: Mapping[str, str],
    tokens: Path | None,
    histories: RefusalHistories,
) -> Target:
    """A cloud of the configuration, which is read again at every connection."""

    async def read() -> CloudSettings:
        try:
            # A home directory on a network that hangs must not keep the program from ending.
            return await in_thread(lambda: settings_for(cloud, region, env))
        except NoCloud as error:
            failure = _unreadable(str(error).strip(), error.hint)
        raise CloudError(failure)

    async def connect(ask: Ask, log: RequestLog) -> Connection:
        settings = await read()
        history = refusal_history_of(settings, histories)
        return _connection(settings, ask, log, tokens, history=history, reload_settings=read)

    return Target(clean(cloud, 60), cloud, connect, lambda: None)


def _unreadable(message: str, hint: str) -> Failure:
    return Failure(
        kind=ErrorKind.NOT_SENT,
        executed=Executed.NO,
        what="read the configuration",
        message=clean(message, 500),
        hint=hint or "Correct clouds.yaml (or secure.yaml), then read the projects again.",
    )


def refusal_history_of(settings: CloudSettings, histories: RefusalHistories) -> RefusalHistory:
    """The refused log-ins of this user at this identity service, whatever the clouds' names."""
    from vbs_tui.cloud.auth.refusal_history import RefusalHistory  # noqa: PLC0415 - start-up time

    who = settings.credentials
    user = getattr(who, "user", None)
    name = getattr(user, "id", "") or getattr(user, "name", "") or getattr(who, "access", "")
    # For other log-ins, nothing says whether two clouds mean the same user.
    key = (identity_root(settings.auth_url), name or f"cloud {settings.name}")
    return histories.setdefault(key, RefusalHistory())


def target_of(
    settings: CloudSettings, tokens: Path | None = None, histories: RefusalHistories | None = None
) -> Target:
    """A cloud that can be reached by *settings*. The others: as for :func:`choose_cloud`."""
    history = refusal_history_of(settings, {} if histories is None else histories)

    async def connect(ask: Ask, log: RequestLog) -> Connection:
        return _connection(settings, ask, log, tokens, history=history)

    name = settings.name or urlsplit(identity_root(settings.auth_url)).hostname or "cloud"
    return Target(clean(name, 60), name, connect, lambda: None)


def demo_target() -> Target:
    """The cloud inside the program."""
    from vbs_tui.simulator import Simulator  # noqa: PLC0415 - start-up time

    simulator = Simulator()

    async def connect(ask: Ask, log: RequestLog) -> Connection:
        await asyncio.to_thread(simulator.start)
        return _connection(_simulated(simulator), ask, log)

    return Target("demo", "demo", connect, simulator.stop)


def _simulated(simulator: Simulator) -> CloudSettings:
    from vbs_tui.cloud.auth.credentials import PasswordCredentials, User  # noqa: PLC0415
    from vbs_tui.cloud.config.cloud_settings import CloudSettings  # noqa: PLC0415
    from vbs_tui.cloud.secrets import Secret  # noqa: PLC0415

    user = User(name=simulator.username, domain_name=simulator.domain)
    return CloudSettings(
        auth_url=simulator.auth_url,
        credentials=PasswordCredentials(user, Secret(simulator.password)),
        name="demo",
        region=simulator.region,
    )


def _connection(
    settings: CloudSettings,
    ask: Ask,
    log: RequestLog,
    tokens: Path | None = None,
    *,
    history: RefusalHistory | None = None,
    reload_settings: Callable[[], Awaitable[CloudSettings]] | None = None,
) -> Connection:
    from vbs_tui.cloud.connection import CloudConnection  # noqa: PLC0415 - start-up time

    return CloudConnection(
        settings,
        ask=ask,
        request_log=log,
        token_directory=tokens,
        history=history,
        reload_settings=reload_settings,
    )


def ask_on_terminal(question: LogInQuestion) -> str | None:
    """A hidden answer from the controlling terminal; ``None`` without terminal or answer."""
    from vbs_tui.commands.support.process.prompt import ask_hidden  # noqa: PLC0415 - start-up time

    if not sys.stdin.isatty():
        return None
    cloud = f" for {question.cloud}" if question.cloud else ""
    asked = f"{question.why} " if question.why else ""
    asked += f"{question.prompt}{cloud}: "
    is_visit = question.kind is QuestionKind.VISIT
    if is_visit:
        asked += f"open {question.address} and enter {question.code} there. Then press Enter: "
    try:
        typed = ask_hidden(asked)
    except (EOFError, OSError):
        return None
    return typed or (DONE if is_visit else None)


def journal_directory() -> Path:
    """Where the journal of real clouds lies."""
    from vbs_tui.paths import state_directory  # noqa: PLC0415

    return state_directory()
