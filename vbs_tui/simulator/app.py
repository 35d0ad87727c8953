"""The web application: the services' routes, and what happens to each request."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vbs_tui.simulator.auth.authenticator import Authenticator
from vbs_tui.simulator.faults import effects
from vbs_tui.simulator.faults.gates import Gate
from vbs_tui.simulator.faults.rules import Faults
from vbs_tui.simulator.http import errors
from vbs_tui.simulator.http.listener import CONNECTION, Connection
from vbs_tui.simulator.http.messages import ApiError, Call, Reply
from vbs_tui.simulator.options import Options
from vbs_tui.simulator.services.base import Handler
from vbs_tui.simulator.services.base import Route as ServiceRoute
from vbs_tui.simulator.services.cinder_backups import CinderBackups
from vbs_tui.simulator.services.cinder_volumes import CinderVolumes
from vbs_tui.simulator.services.ecs import EcsService
from vbs_tui.simulator.services.evs import EvsService
from vbs_tui.simulator.services.identity import IdentityService
from vbs_tui.simulator.services.vbs import VbsService
from vbs_tui.simulator.world.ids import dashed
from vbs_tui.simulator.world.ledger import Ledger, RequestRecord
from vbs_tui.simulator.world.restore_machine import RestoreMachine
from vbs_tui.simulator.world.world import World

_HOST = re.compile(r"[\w.\[\]:-]{1,255}\Z")


@dataclass(slots=True, eq=False)
class Parts:
    """What one simulator is made of, for its application."""

    world: World
    options: Options
    ledger: Ledger
    machine: RestoreMachine
    authenticator: Authenticator
    clock: Callable[[], datetime]
    rng: random.Random
    faults: Callable[[], Faults]
    gates: Callable[[], list[Gate]]
    base_url: Callable[[], str]
    ids: random.Random = field(default_factory=random.Random)


def create_app(parts: Parts) -> Starlette:
    """The Starlette application over ``parts``."""
    routes = [
        Route(path, _endpoint(parts, handler), methods=[method])
        for method, path, handler in _routes(parts)
    ]
    fallback = _endpoint(parts, _unrouted)
    every = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    app = Starlette(routes=[*routes, Route("/{path:path}", fallback, methods=every)])
    app.router.redirect_slashes = False
    return app


def _routes(parts: Parts) -> list[ServiceRoute]:
    shared = (parts.world, parts.authenticator, parts.options)
    services = (
        IdentityService(parts.world, parts.authenticator),
        CinderBackups(*shared, parts.ledger, parts.machine),
        CinderVolumes(*shared),
        EvsService(*shared),
        VbsService(*shared, parts.machine),
        EcsService(*shared),
    )
    return [row for service in services for row in service.routes()]


def _unrouted(_call: Call) -> Reply:
    raise errors.unknown_route()


def _endpoint(parts: Parts, handler: Handler) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        call = await _call(parts, request)
        record = parts.ledger.open(_record(parts, call))
        rules = parts.faults().pick(call, parts.rng)
        for gate in parts.gates():
            if gate.before:
                await gate.pass_through(call)
        reply = await effects.before(call, rules)
        if reply is None:
            reply = effects.after(call, _execute(parts, handler, call), rules)
        record.authenticated = call.authenticated
        for gate in parts.gates():
            if not gate.before:
                await gate.pass_through(call)
        await effects.delay(rules)
        status = None if reply.drop else reply.status
        parts.ledger.close(record, status, ",".join(rule.name for rule in rules))
        return _Response(reply, _headers(parts, call))

    return endpoint


def _execute(parts: Parts, handler: Handler, call: Call) -> Reply:
    with parts.world.lock:
        parts.machine.settle()
        try:
            return handler(call)
        except ApiError as refusal:
            return refusal.reply
        except Exception as error:
            parts.ledger.add_error(error)
            return effects.server_fault(call, 500)


async def _call(parts: Parts, request: Request) -> Call:
    scope = request.scope
    return Call(
        method=request.method,
        path=scope["path"],
        raw_path=scope["raw_path"].decode("latin-1"),
        raw_query=scope["query_string"].decode("latin-1"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
        params={name: str(value) for name, value in request.path_params.items()},
        base_url=_base_url(parts, request),
        request_id=f"{parts.ids.getrandbits(128):032x}",
    )


def _base_url(parts: Parts, request: Request) -> str:
    """The simulator's URL for this client: it may listen on every address of the machine."""
    url, host = parts.base_url(), request.headers.get("host", "")
    is_any = urlsplit(url).hostname in ("0.0.0.0", "::")
    return f"http://{host}" if is_any and _HOST.match(host) else url


def _record(parts: Parts, call: Call) -> RequestRecord:
    return RequestRecord(
        time=parts.clock(),
        method=call.method,
        path=call.path,
        query=call.raw_query,
        headers=parts.ledger.safe_headers(call.headers),
        body=b"" if call.path == "/v3/auth/tokens" else call.body,
    )


def _headers(parts: Parts, call: Call) -> dict[str, str]:
    headers = {"date": format_datetime(parts.clock(), usegmt=True)}
    if call.path.startswith("/v3/auth"):
        return {**headers, "x-openstack-request-id": f"req-{dashed(call.request_id)}"}
    if "/backups" in call.path or "/volumes" in call.path:
        name = f"req-{dashed(call.request_id)}"
        return {**headers, "x-openstack-request-id": name, "x-compute-request-id": name}
    return {**headers, "X-Request-Id": call.request_id}


class _Response(Response):
    """Sends a reply, or closes the connection when the reply says so."""

    media_type = "application/json"

    def __init__(self, reply: Reply, headers: dict[str, str]) -> None:
        super().__init__(reply.encoded(), reply.status, {**headers, **reply.headers})
        self._reply = reply

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        connection: Connection = scope[CONNECTION]
        if self._reply.drop:
            connection.drop()
        elif self._reply.cut:
            connection.drop(self._first_half())
        else:
            await super().__call__(scope, receive, send)

    def _first_half(self) -> bytes:
        head = b"HTTP/1.1 %d Cut\r\n" % self.status_code
        for name, value in self.raw_headers:
            head += name + b": " + value + b"\r\n"
        body = bytes(self.body)
        return head + b"\r\n" + body[: len(body) // 2]
