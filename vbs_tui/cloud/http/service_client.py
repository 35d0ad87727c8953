"""Authorised requests: a session together with an authorizer.

A read whose token was refused is repeated once with a new one. A submission is sent once, whatever
the response.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from typing import Protocol

from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.errors.classification import refuses_token
from vbs_tui.cloud.http.errors.responses import response_error
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.http.session import Session

CONFIGURED = "set in the configuration"
"""Why an endpoint was chosen: the operator named it."""


class Authorizer(Protocol):
    """Adds credentials (a token or a signature) to requests to one project, or to none."""

    async def authorize(self, request: Request) -> tuple[Request, object]:
        """*request* with credentials, and a stamp that identifies them. Raises ``CloudError``."""
        ...

    def accepted(self, stamp: object, response: Response) -> None:
        """*response* shows that the service accepted those credentials."""
        ...

    def discard(self, stamp: object, response: Response) -> None:
        """*response* refuses those credentials: do not use them again."""
        ...

    async def renew(self, stamp: object, response: Response) -> bool:
        """Get new credentials after *response* refused the old ones.

        ``False`` where a repetition is of no use. Raises ``CloudError`` when the log-in fails.
        """
        ...


class ServiceClient:
    """Requests to the services of one project (or to IAM) as one user."""

    def __init__(
        self,
        session: Session,
        authorizer: Authorizer,
        endpoints: tuple[tuple[str, str, str], ...] = (),
    ) -> None:
        """*endpoints*: (service, root URL, why it was chosen), for the advice when one fails."""
        self.session = session
        self._authorizer = authorizer
        self._endpoints = endpoints

    def to(self, endpoints: tuple[tuple[str, str, str], ...]) -> ServiceClient:
        """The same client with *endpoints*."""
        return ServiceClient(self.session, self._authorizer, endpoints)

    async def read(self, request: Request) -> Response:
        """Send a read; the response, whatever its status. Raises ``CloudError`` for none."""
        signed, stamp = await self._authorizer.authorize(request)
        response = await self._with_endpoint_advice(self.session.read(signed))
        if _is_token_refused(response) and await self._authorizer.renew(stamp, response):
            signed, stamp = await self._authorizer.authorize(request)
            response = await self._with_endpoint_advice(self.session.read(signed))
        if response.is_success:
            self._authorizer.accepted(stamp, response)
        return response

    async def get(self, request: Request) -> Response:
        """Send a read that must succeed. Raises ``CloudError``."""
        response = await self.read(request)
        if response.is_ok:
            return response
        raise response_error(response, self.session.clock.now())

    async def prepare(self, request: Request) -> None:
        """Log in if need be, so that *request* could be sent at once."""
        await self._authorizer.authorize(request)

    async def submit(self, request: Request) -> Response:
        """Send *request* once; the response, whatever its status. Raises ``CloudError``."""
        failure = None
        try:
            signed, stamp = await self._authorizer.authorize(request)
        except CloudError as error:
            # The log-in failed, so the request itself was not sent.
            kind = error.failure.kind
            kind = kind if kind is ErrorKind.LOG_IN else ErrorKind.NOT_SENT
            failure = replace(error.failure, kind=kind, executed=Executed.NO)
        if failure is not None:
            raise CloudError(failure)
        response = await self._with_endpoint_advice(self.session.send(signed))
        if _is_token_refused(response):
            self._authorizer.discard(stamp, response)
        elif response.is_success:
            self._authorizer.accepted(stamp, response)
        return response

    async def _with_endpoint_advice(self, exchange: Awaitable[Response]) -> Response:
        """The response; an error without one gets advice about the endpoint."""
        failure = None
        try:
            return await exchange
        except CloudError as error:
            failure = error.failure
        for service, root, why in self._endpoints:
            if failure.url.startswith(f"{root}/"):
                failure = _named_by_endpoint(failure, service, why)
                break
        # Raised outside of the handler, so that the error has no frame with a token.
        raise CloudError(failure)


def _is_token_refused(response: Response) -> bool:
    return refuses_token(response.status, response.envelope.code, response.envelope.message)


def _named_by_endpoint(failure: Failure, service: str, why: str) -> Failure:
    """*failure* of a request to an endpoint: the advice names that endpoint in place of auth_url.

    *why*: where the endpoint comes from.
    """
    if failure.kind is not ErrorKind.NOT_SENT or "auth_url" not in failure.hint:
        return failure
    override = f"{service}_endpoint_override"
    source = override if why == CONFIGURED else f"the endpoint of {service.upper()} ({why})"
    hint = failure.hint.replace("auth_url", source)
    if why != CONFIGURED:
        hint += f" Where the catalog is wrong, {override} in the configuration names another."
    return replace(failure, hint=hint)
