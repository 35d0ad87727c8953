"""The one place that sends HTTP requests: all of them go through :class:`Session`.

Reads are repeated when that is safe. A request that changes something is sent once, on a new
connection: one that the server has closed meanwhile would leave the outcome unknown. Redirections
are never followed. httpx is imported with the first request, since it is slow to load.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from vbs_tui import __version__
from vbs_tui.clock import Clock
from vbs_tui.cloud.errors import CloudError, Executed, Failure
from vbs_tui.cloud.http import error_envelopes
from vbs_tui.cloud.http.decompression import ENCODINGS, Decompressor
from vbs_tui.cloud.http.errors.responses import not_sent
from vbs_tui.cloud.http.errors.transport import (
    ClientSetupError,
    PathRewritten,
    SendAborted,
    TrackedBody,
    TransportFailure,
    diagnose,
)
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.proxies import proxy_secrets
from vbs_tui.cloud.http.rate_limit import RateLimiter
from vbs_tui.cloud.http.retry import RetryPolicy
from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.cloud.http.urls import address_trouble, is_loopback
from vbs_tui.cloud.request_log import Call, RequestLog
from vbs_tui.cloud.secrets import Cleared, Redactor, Secret
from vbs_tui.text import clean, clean_block
from vbs_tui.threads import in_thread

if TYPE_CHECKING:
    import ssl

    import httpx

LARGEST_RESPONSE = 32 * 1024 * 1024
_LOGGED = 4096
_RAW = 16384
_DISK_PATIENCE = 10.0
"""Seconds that reading the certificate files may take."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. *whole* bounds a whole exchange, however slowly its bytes come."""

    connect: float = 10.0
    read: float = 60.0
    submit_read: float = 120.0
    write: float = 30.0
    pool: float = 20.0
    whole: float = 300.0


class Session:
    """Sends requests and reads responses, with one rate limit, one log and one set of secrets.

    Belongs to the event loop that first uses it.
    """

    def __init__(
        self,
        *,
        log: RequestLog,
        clock: Clock,
        rng: random.Random,
        trust: TlsSettings | None = None,
        timeouts: Timeouts | None = None,
        policy: RetryPolicy | None = None,
        limiter: RateLimiter | None = None,
        largest: int = LARGEST_RESPONSE,
    ) -> None:
        self.log = log
        self.clock = clock
        self.redactor = Redactor()
        self.trust = trust or TlsSettings()
        self._rng = rng
        self._timeouts = timeouts or Timeouts()
        self._policy = policy or RetryPolicy()
        self._limiter = limiter or RateLimiter(clock)
        self._largest = largest
        self._clients: dict[tuple[bool, bool], httpx.AsyncClient] = {}
        self._context: ssl.SSLContext | None = None

    async def read(self, request: Request) -> Response:
        """Send a read, again after 429, 5xx and lost connections; the last response.

        A response of any status is returned. Raises ``CloudError`` when there was none.
        """
        attempt = 1
        while True:
            await self._limiter.turn()
            try:
                response = await self._exchange(request, attempt)
            except _NoResponse as error:
                trouble, failure = error.trouble, error.failure
                wait = self._policy.wait(
                    attempt,
                    self._rng,
                    status=None,
                    kind=trouble.kind,
                    is_permanent=trouble.is_permanent,
                )
            else:
                envelope = response.envelope
                wait = self._policy.wait(
                    attempt, self._rng, status=response.status, envelope=envelope
                )
                if wait is None:
                    return response
                if response.status in (413, 429):
                    self._limiter.pause(wait)
            if wait is None:
                raise CloudError(failure)
            await self.clock.sleep(wait)
            attempt += 1

    async def send(self, request: Request) -> Response:
        """Send once, on a new connection; a response of any status is returned.

        A request that submits does not wait for the rate limit. Raises ``CloudError``.
        """
        if request.submits:
            self._limiter.take()
        else:
            await self._limiter.turn()
        failure: Failure | None = None
        try:
            return await self._exchange(request, 1, fresh=True)
        except _NoResponse as error:
            failure = error.failure
        # Raised outside of the handler, so that the error has no context of httpx.
        raise CloudError(failure)

    async def aclose(self) -> None:
        """Close all connections."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    async def _exchange(self, request: Request, attempt: int, *, fresh: bool = False) -> Response:
        self._check(request)
        at, started = self.clock.now(), self.clock.monotonic()
        number = self.log.next_number()
        sent = TrackedBody(request.body)
        response: Response | None = None
        trouble: TransportFailure | None = None
        outcome = "given up by this program"
        logged = ""
        try:
            async with asyncio.timeout(self._timeouts.whole):
                response, logged = await self._send_and_receive(request, sent, fresh=fresh)
            outcome = ""
        except Exception as error:
            has_body = bool(request.body)
            trouble = diagnose(error, sent, submits=has_body, url=request.url)
            outcome = trouble.message
        finally:
            self.log.add(
                Call(
                    number=number,
                    at=at,
                    method=request.method,
                    url=clean(self.redactor.blot(request.url, 2000), 2000),
                    status=sent.response_status,
                    milliseconds=round((self.clock.monotonic() - started) * 1000, 1),
                    request_id=response.request_id if response is not None else "",
                    outcome=outcome,
                    attempt=attempt,
                    request_body=self._fit(request.body, _LOGGED),
                    response_body=logged,
                )
            )
        if response is not None:
            return response
        assert trouble is not None
        raise _NoResponse(trouble, self._failure(request, trouble, sent.response_status))

    async def _send_and_receive(
        self, request: Request, sent: TrackedBody, *, fresh: bool
    ) -> tuple[Response, str]:
        import httpx  # noqa: PLC0415 - slow to load, and not needed before the first request

        client = await self.client(request.url, fresh=fresh)
        read = self._timeouts.submit_read if request.submits else self._timeouts.read
        built = client.build_request(
            request.method,
            request.url,
            headers={**self._headers(request), **request.headers},
            content=sent if request.body else None,
            timeout=httpx.Timeout(
                connect=self._timeouts.connect,
                read=read,
                write=self._timeouts.write,
                pool=self._timeouts.pool,
            ),
            extensions=_trace_hook(request.may_send),
        )
        if built.url.raw_path.partition(b"?")[0] != urlsplit(request.url).path.encode():
            raise PathRewritten
        response = await client.send(built, stream=True, follow_redirects=False)
        try:
            sent.response_status = response.status_code
            body = Decompressor(response.headers.get("content-encoding", ""), self._largest)
            async for chunk in response.aiter_raw():
                body.feed(chunk)
        finally:
            await response.aclose()
        return self._answer(request, response.status_code, response.headers, body.finish())

    def _answer(
        self, request: Request, status: int, headers: Mapping[str, str], body: bytes
    ) -> tuple[Response, str]:
        """The response, and its body as the log keeps it."""
        length = len(body)
        lower = {name.lower(): value for name, value in headers.items()}
        token = lower.get("x-subject-token")
        if token:
            self._learn(token)
        # Before anything is decoded: a job's reason or a disk's name may hold a secret.
        found_data, body = self._cleared_answer(body)
        data = found_data.data
        lower = {name: self.redactor.clear_text(value) for name, value in lower.items()}
        if token:
            lower["x-subject-token"] = token
        found = error_envelopes.decode(status, lower, body, data=data, now=self.clock.now())
        found = self._safe(found)
        is_strange = data is error_envelopes.NOT_JSON  # a portal's or proxy's page
        response = Response(
            request=request,
            status=status,
            headers=lower,
            data=data,
            envelope=found,
            request_id=found.request_id,
            raw_body=self._fit(body, _RAW) if status >= 300 or found.is_error or is_strange else "",
            length=length,
            is_in_the_way=found_data.is_in_the_way,
        )
        return response, self._fit(body, _LOGGED)

    def _cleared_answer(self, body: bytes) -> tuple[Cleared, bytes]:
        """What *body* says, and the body for the log, both without secrets."""
        found = Cleared(error_envelopes.read_json(body))
        try:
            if found.data is not error_envelopes.NOT_JSON:
                found = self.redactor.clear_values(found.data)
        except RecursionError:
            found = Cleared(error_envelopes.NOT_JSON)
        if found.data is error_envelopes.NOT_JSON:
            return found, self.redactor.clear(body)
        if found.changed:  # the raw body may spell a secret in a way that `clear` does not know
            body = json.dumps(found.data, ensure_ascii=False).encode("utf-8", "replace")
        return found, body

    def _learn(self, token: str) -> None:
        self.redactor.add(Secret(token), temporary=True)

    def _safe(self, found: error_envelopes.Envelope) -> error_envelopes.Envelope:
        return error_envelopes.Envelope(
            message=self.redactor.blot(found.message, error_envelopes.MESSAGE_LIMIT),
            code=self.redactor.blot(found.code, 64),
            request_id=self.redactor.blot(found.request_id, 128),
            name=self.redactor.blot(found.name, 64),
            retry_after=found.retry_after,
            is_error=found.is_error,
        )

    def _fit(self, body: bytes, limit: int) -> str:
        # More than the limit, so that a secret at its end is seen whole.
        text = body[: 4 * limit + 262_144].decode("utf-8", "replace")
        return clean_block(self.redactor.blot(text, limit), limit)

    def _failure(self, request: Request, trouble: TransportFailure, status: int | None) -> Failure:
        # While it is unknown whether a submission ran, the advice is not about the connection.
        is_open = request.submits and trouble.executed is not Executed.NO
        return Failure(
            kind=trouble.kind,
            executed=trouble.executed,
            what=request.what,
            target=request.target,
            method=request.method,
            url=self.redactor.blot(request.url_without_query, 2000),
            status=status,
            message=trouble.message,
            at=self.clock.now(),
            hint="" if is_open else trouble.hint,
        )

    def _check(self, request: Request) -> None:
        trouble = address_trouble(request.url, allow_plain_http=self.trust.allow_plain_http)
        if trouble:
            raise not_sent(request, trouble, at=self.clock.now())

    @staticmethod
    def _headers(request: Request) -> dict[str, str]:
        headers = {
            "User-Agent": f"vbs-tui/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": ENCODINGS,
            "X-Language": "en-us",
        }
        if request.body:
            headers["Content-Type"] = "application/json"
            headers["Content-Length"] = str(len(request.body))
        return headers

    async def client(self, url: str, *, fresh: bool) -> httpx.AsyncClient:
        """The HTTP client for *url*. *fresh*: each request on a new connection.

        Loopback addresses never use a proxy.
        """
        local = is_loopback(url)
        client = self._clients.get((fresh, local))
        if client is None:
            from vbs_tui.cloud.http.client import new_client  # noqa: PLC0415

            try:
                if self._context is None:
                    # In a thread: the files may lie on a disk that hangs.
                    reading = in_thread(self.trust.context)
                    self._context = await asyncio.wait_for(reading, _DISK_PATIENCE)
            except TimeoutError:
                raise ClientSetupError("the certificate files cannot be used (no answer)") from None
            except (OSError, ValueError) as error:
                raise ClientSetupError(f"the certificate files cannot be used ({error})") from error
            if (client := self._clients.get((fresh, local))) is not None:
                return client  # another request made it meanwhile
            if not local:
                self._learn_proxy_secrets()
            client = new_client(self._context, fresh=fresh, use_proxies=not local)
            self._clients[fresh, local] = client
        return client

    def _learn_proxy_secrets(self) -> None:
        """A proxy gets its password with each request, and may repeat it in a response."""
        for text in proxy_secrets():
            self.redactor.add(Secret(text))


def _trace_hook(may_send: Callable[[], bool] | None) -> dict[str, Any]:
    """httpx's trace extension, which is called before the first byte of a request is sent."""
    if may_send is None:
        return {}

    async def ask(event: str, _: object) -> None:
        if event.endswith("send_request_headers.started") and not may_send():
            raise SendAborted

    return {"trace": ask}


class _NoResponse(Exception):  # noqa: N818
    """An exchange without a response, within this module."""

    def __init__(self, trouble: TransportFailure, failure: Failure) -> None:
        super().__init__()
        self.trouble = trouble
        self.failure = failure
