"""The simulator: start, stop, and what a test may do with it."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vbs_tui.simulator.auth.authenticator import Authenticator
from vbs_tui.simulator.faults.gates import Gate
from vbs_tui.simulator.faults.rules import Faults
from vbs_tui.simulator.options import Options
from vbs_tui.simulator.world.demo import demo_world
from vbs_tui.simulator.world.ledger import Ledger
from vbs_tui.simulator.world.restore_machine import RestoreMachine
from vbs_tui.simulator.world.world import World

if TYPE_CHECKING:
    from vbs_tui.simulator.http.listener import Listener

_CLOUDS_YAML = """\
clouds:
  simulated:
    auth_type: password
    auth:
      auth_url: {auth_url}
      username: {username}
      password: {password}
      user_domain_name: {domain}
      project_name: {project}
      project_domain_name: {domain}
    region_name: {region}
    interface: public
    identity_api_version: 3
    volume_api_version: 3
"""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Simulator:
    """A cloud on ``http://host:port``, plain HTTP, all services on one origin.

    ``backups`` and ``volumes`` are the numbers of rows in the first project; the others are
    smaller. ``speed`` 10 makes restores run ten times faster. ``clock`` returns aware UTC.
    ``faults`` is a :class:`Faults` or its text form (``ValueError`` when that is wrong).
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        speed: float = 1.0,
        world: World | None = None,
        projects: int = 3,
        backups: int = 60,
        volumes: int = 40,
        faults: Faults | str | None = None,
        clock: Callable[[], datetime] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        if speed <= 0:
            raise ValueError("The speed must be greater than 0.")
        self.clock = clock or _utc_now
        self.world = world or demo_world(
            self.clock(), seed=seed, projects=projects, backups=backups, volumes=volumes
        )
        self.options = Options()
        self.ledger = Ledger()
        self._faults = _as_faults(faults)
        self._seed = seed
        self._host = host
        self._port = port
        self._gates: list[Gate] = []
        self._listener: Listener | None = None
        self._machine = RestoreMachine(
            self.world, self.ledger, self.options, self.clock, seed=seed, speed=speed
        )
        self._authenticator = Authenticator(
            self.world,
            self.options,
            self.clock,
            random.Random(f"{seed}/tokens"),
            lambda: self._faults.uses_per_token,
        )
        self.ledger.settle = self._machine.settle

    @property
    def url(self) -> str:
        """``http://host:port``; the port is known from :meth:`start` on."""
        return f"http://{self._host}:{self._port}"

    @property
    def auth_url(self) -> str:
        return self.url + "/v3"

    @property
    def username(self) -> str:
        return self.world.users[0].name

    @property
    def password(self) -> str:
        return self.world.users[0].password

    @property
    def domain(self) -> str:
        return self.world.domain_name

    @property
    def region(self) -> str:
        return self.world.region

    @property
    def speed(self) -> float:
        return self._machine.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._machine.speed = speed

    @property
    def faults(self) -> Faults:
        return self._faults

    @faults.setter
    def faults(self, faults: Faults | str | None) -> None:
        self._faults = _as_faults(faults)

    def start(self) -> None:
        """Serve from a thread of its own; returns when connections are accepted.

        Raises ``OSError`` when the port is taken. After :meth:`stop` it may be started again, on
        the same port and with the world as it was left.
        """
        if self._listener is not None:
            return
        from vbs_tui.simulator.app import Parts, create_app  # noqa: PLC0415 - heavy
        from vbs_tui.simulator.http.listener import Listener  # noqa: PLC0415 - heavy

        sock = socket.create_server((self._host, self._port))
        self._port = sock.getsockname()[1]
        app = create_app(
            Parts(
                world=self.world,
                options=self.options,
                ledger=self.ledger,
                machine=self._machine,
                authenticator=self._authenticator,
                clock=self.clock,
                rng=random.Random(f"{self._seed}/faults"),
                faults=lambda: self._faults,
                gates=lambda: list(self._gates),
                base_url=lambda: self.url,
                ids=random.Random(f"{self._seed}/requests"),
            )
        )
        self._listener = Listener(app, sock)
        self._listener.start()

    def stop(self) -> None:
        """Close every connection at once and end the thread. Nothing happens when not started."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop()

    def __enter__(self) -> Simulator:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def hold(self, path_regex: str, before: bool = True) -> Gate:
        """A gate at which the requests wait whose path the pattern is found in.

        With ``before`` they wait before execution, otherwise after it and before the answer.
        """
        gate = Gate(path_regex, before=before)
        self._gates.append(gate)
        return gate

    def settle(self) -> None:
        """Bring the world up to the clock, as any request does."""
        self._machine.settle()

    def passcode(self, username: str = "demo-mfa") -> str:
        """A passcode of the user that may be used now; each counts once."""
        user = self.world.user_named(username)
        if user is None:
            raise KeyError(username)
        return self._authenticator.passcode(user)

    def expire_tokens(self) -> None:
        """Make every token handed out so far count as expired."""
        with self.world.lock:
            self._authenticator.expire_all()

    def clouds_yaml(self) -> str:
        """A complete clouds.yaml with one cloud, named ``simulated``."""
        return _CLOUDS_YAML.format(
            auth_url=self.auth_url,
            username=json.dumps(self.username),
            password=json.dumps(self.password),
            domain=json.dumps(self.domain),
            project=json.dumps(self.world.projects[0].name),
            region=json.dumps(self.region),
        )


def _as_faults(faults: Faults | str | None) -> Faults:
    return faults if isinstance(faults, Faults) else Faults(faults or "")
