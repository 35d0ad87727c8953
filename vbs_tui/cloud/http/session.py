"""The one place that speaks HTTP: every exchange with a cloud passes through :class:`Session`.

Reads are repeated when that is safe; what changes something is sent once, on a connection of its
own, so that a connection which the server closed meanwhile cannot make its outcome doubtful.
Redirections are never followed. The HTTP library is loaded with the first request.
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
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.proxies import secrets_of_proxies
from vbs_tui.cloud.http.rate_limit import RateLimiter
from vbs_tui.cloud.http.request_log import Call, RequestLog
from vbs_tui.cloud.http.response_errors import unsent
from vbs_tui.cloud.http.retry import RetryPolicy
from vbs_tui.cloud.http.tls import TlsSettings
from vbs_tui.cloud.http.transport_errors import (
    HeldBack,
    Passage,
    Rewritten,
    Trouble,
    Unprepared,
    diagnose,
)
from vbs_tui.cloud.http.urls import address_trouble, is_loopback
from vbs_tui.cloud.secrets import Cleared, Redactor, Secret
from vbs_tui.text import clean, clean_block
from vbs_tui.threads import in_thread

if TYPE_CHECKING:
    import ssl

    import httpx

LARGEST_ANSWER = 32 * 1024 * 1024
_LOGGED = 4096
_RAW = 16384
_DISK_PATIENCE = 10.0
"""Seconds that reading the certificate files may take."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. *whole* bounds an exchange that drips."""

    connect: float = 10.0
    read: float = 60.0
    submit_read: float = 120.0
    write: float = 30.0
    pool: float = 20.0
    whole: float = 300.0


class Session:
    """Sends requests and reads answers, within one pace, one log and one set of secrets.

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
        largest: int = LARGEST_ANSWER,
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
        """Send a read, again after 429, 5xx and lost connections; the last answer there was.

        An answer of any status is returned. Raises ``CloudError`` when there was none.
        """
        attempt = 1
        while True:
            await self._limiter.turn()
            try:
                answer = await self._exchange(request, attempt)
            except _Untransported as error:
                trouble, failure = error.trouble, error.failure
                wait = self._policy.wait(
                    attempt,
                    self._rng,
                    status=None,
                    kind=trouble.kind,
                    is_permanent=trouble.is_permanent,
                )
            else:
                envelope = answer.envelope
                wait = self._policy.wait(
                    attempt, self._rng, status=answer.status, envelope=envelope
                )
                if wait is None:
                    return answer
                if answer.status in (413, 429):
                    self._limiter.pause(wait)
            if wait is None:
                raise CloudError(failure)
            await self.clock.sleep(wait)
            attempt += 1

    async def send(self, request: Request) -> Response:
        """Send once, on a fresh connection; an answer of any status is returned.

        A request that submits does not wait for its turn. Raises ``CloudError``.
        """
        if request.submits:
            self._limiter.take()
        else:
            await self._limiter.turn()
        failure: Failure | None = None
        try:
            return await self._exchange(request, 1, fresh=True)
        except _Untransported as error:
            failure = error.failure
        # Outside of the handler, so that nothing of the library hangs on the error.
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
        passage = Passage(request.body)
        answer: Response | None = None
        trouble: Trouble | None = None
        outcome = "given up by this program"
        logged = ""
        try:
            async with asyncio.timeout(self._timeouts.whole):
                answer, logged = await self._converse(request, passage, fresh=fresh)
            outcome = ""
        except Exception as error:
            has_body = bool(request.body)
            trouble = diagnose(error, passage, submits=has_body, url=request.url)
            outcome = trouble.message
        finally:
            self.log.add(
                Call(
                    number=number,
                    at=at,
                    method=request.method,
                    url=clean(self.redactor.blot(request.url, 2000), 2000),
                    status=passage.status,
                    milliseconds=round((self.clock.monotonic() - started) * 1000, 1),
                    request_id=answer.request_id if answer is not None else "",
                    outcome=outcome,
                    attempt=attempt,
                    request_body=self._fit(request.body, _LOGGED),
                    response_body=logged,
                )
            )
        if answer is not None:
            return answer
        assert trouble is not None
        raise _Untransported(trouble, self._failure(request, trouble, passage.status))

    async def _converse(
        self, request: Request, passage: Passage, *, fresh: bool
    ) -> tuple[Response, str]:
        import httpx  # noqa: PLC0415 - slow to load, and not needed before the first request

        client = await self.client(request.url, fresh=fresh)
        read = self._timeouts.submit_read if request.submits else self._timeouts.read
        built = client.build_request(
            request.method,
            request.url,
            headers={**self._headers(request), **request.headers},
            content=passage if request.body else None,
            timeout=httpx.Timeout(
                connect=self._timeouts.connect,
                read=read,
                write=self._timeouts.write,
                pool=self._timeouts.pool,
            ),
            extensions=_gate(request.may_leave),
        )
        if built.url.raw_path.partition(b"?")[0] != urlsplit(request.url).path.encode():
            raise Rewritten
        response = await client.send(built, stream=True, follow_redirects=False)
        try:
            passage.status = response.status_code
            body = Decompressor(response.headers.get("content-encoding", ""), self._largest)
            async for chunk in response.aiter_raw():
                body.take(chunk)
        finally:
            await response.aclose()
        return self._answer(request, response.status_code, response.headers, body.whole())

    def _answer(
        self, request: Request, status: int, headers: Mapping[str, str], body: bytes
    ) -> tuple[Response, str]:
        """The answer, and its body as the log keeps it."""
        length = len(body)
        lower = {name.lower(): value for name, value in headers.items()}
        token = lower.get("x-subject-token")
        if token:
            self._learn(token)
        # Before anything is made of it: a secret may stand in a job's reason or in a disk's name.
        found_data, body = self._cleared_answer(body)
        data = found_data.data
        lower = {name: self.redactor.clear_text(value) for name, value in lower.items()}
        if token:
            lower["x-subject-token"] = token
        found = error_envelopes.decode(status, lower, body, data=data, now=self.clock.now())
        found = self._safe(found)
        is_strange = data is error_envelopes.NOT_JSON  # a portal's or proxy's page
        answer = Response(
            request=request,
            status=status,
            headers=lower,
            data=data,
            envelope=found,
            request_id=found.request_id,
            raw_body=self._fit(body, _RAW) if status >= 300 or found.told or is_strange else "",
            length=length,
            is_in_the_way=found_data.is_in_the_way,
        )
        return answer, self._fit(body, _LOGGED)

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
        if found.changed:  # spelt in another way than the log knows to look for, too
            body = json.dumps(found.data, ensure_ascii=False).encode("utf-8", "replace")
        return found, body

    def _learn(self, token: str) -> None:
        self.redactor.add(Secret(token), passing=True)

    def _safe(self, found: error_envelopes.Envelope) -> error_envelopes.Envelope:
        return error_envelopes.Envelope(
            message=self.redactor.blot(found.message, error_envelopes.MESSAGE_LIMIT),
            code=self.redactor.blot(found.code, 64),
            request_id=self.redactor.blot(found.request_id, 128),
            name=self.redactor.blot(found.name, 64),
            retry_after=found.retry_after,
            told=found.told,
        )

    def _fit(self, body: bytes, limit: int) -> str:
        # Bytes of a few characters more than the limit suffice for the redactor's reach.
        text = body[: 4 * limit + 262_144].decode("utf-8", "replace")
        return clean_block(self.redactor.blot(text, limit), limit)

    def _failure(self, request: Request, trouble: Trouble, status: int | None) -> Failure:
        # While it is open whether a submission ran, there is other advice than the line's.
        is_open = request.submits and trouble.executed is not Executed.NO
        return Failure(
            kind=trouble.kind,
            executed=trouble.executed,
            what=request.what,
            target=request.target,
            method=request.method,
            url=self.redactor.blot(request.place, 2000),
            status=status,
            message=trouble.message,
            at=self.clock.now(),
            hint="" if is_open else trouble.hint,
        )

    def _check(self, request: Request) -> None:
        trouble = address_trouble(request.url, allow_plain_http=self.trust.allow_plain_http)
        if trouble:
            raise unsent(request, trouble, at=self.clock.now())

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
        """The HTTP client for *url*. *fresh*: each request on a new connection."""
        local = is_loopback(url)
        client = self._clients.get((fresh, local))
        if client is None:
            from vbs_tui.cloud.http.client import new_client  # noqa: PLC0415

            try:
                if self._context is None:
                    # In a thread: the files may lie on a disk that does not answer.
                    reading = in_thread(self.trust.context)
                    self._context = await asyncio.wait_for(reading, _DISK_PATIENCE)
            except TimeoutError:
                raise Unprepared("the certificate files cannot be used (no answer)") from None
            except (OSError, ValueError) as error:
                raise Unprepared(f"the certificate files cannot be used ({error})") from error
            if (client := self._clients.get((fresh, local))) is not None:
                return client  # made by another request meanwhile
            if not local:
                self._mind_proxies()
            client = new_client(self._context, fresh=fresh, use_proxies=not local)
            self._clients[fresh, local] = client
        return client

    def _mind_proxies(self) -> None:
        """A proxy is told its password with each request, and may repeat it."""
        for text in secrets_of_proxies():
            self.redactor.add(Secret(text))


def _gate(may_leave: Callable[[], bool] | None) -> dict[str, Any]:
    """The library's hook that is called before the first byte of a request leaves."""
    if may_leave is None:
        return {}

    async def ask(event: str, _: object) -> None:
        if event.endswith("send_request_headers.started") and not may_leave():
            raise HeldBack

    return {"trace": ask}


class _Untransported(Exception):  # noqa: N818
    """An exchange without an answer, inside of this module."""

    def __init__(self, trouble: Trouble, failure: Failure) -> None:
        super().__init__()
        self.trouble = trouble
        self.failure = failure
