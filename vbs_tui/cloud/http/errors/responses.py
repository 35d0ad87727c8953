"""A response that is no success, as a :class:`CloudError`: what it is, and whether it ran."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from vbs_tui.cloud.errors import CloudError, ErrorKind, Executed, Failure
from vbs_tui.cloud.http.errors.advice import ANOTHER, KEY_REFUSED
from vbs_tui.cloud.http.errors.classification import refuses_token
from vbs_tui.cloud.http.errors.clock_skew import signature_advice
from vbs_tui.cloud.http.errors.response_advice import redirect_target, with_advice
from vbs_tui.cloud.http.messages import Request, Response
from vbs_tui.cloud.secrets import NOTE_HIDDEN
from vbs_tui.text import clean
from vbs_tui.times import parse_http_date


def response_error(response: Response, at: datetime | None = None) -> CloudError:
    """The error for a response of any status that is not what the call promises."""
    kind, executed, message = _classify(response)
    envelope = response.envelope
    target_host = (
        redirect_target(response.headers.get("location", "")) if response.status < 400 else ""
    )
    failure = Failure(
        kind=kind,
        executed=executed,
        what=response.request.what,
        target=response.request.target,
        method=response.request.method,
        url=response.request.url_without_query,
        status=response.status,
        code=envelope.code,
        message=message or envelope.message,
        request_id=response.request_id,
        retry_after=envelope.retry_after,
        raw_body=response.raw_body,
        at=at,
        extra=(("Leads to", target_host),) if target_host else (),
    )
    if executed is Executed.NO and "X-Sdk-Date" in response.request.headers:
        is_key = refuses_token(response.status, envelope.code, envelope.message)
        hint = _clock_advice(response, at) or (KEY_REFUSED if is_key else "")
        failure = replace(failure, hint=hint)
    return CloudError(with_advice(failure, submits=response.request.submits))


def _clock_advice(response: Response, at: datetime | None) -> str:
    """What to do about a refused signature, if the response shows that the clock is wrong."""
    there = parse_http_date(response.headers.get("date"))
    if response.status not in (400, 401, 403) or at is None or there is None:
        return ""
    return signature_advice((at - there).total_seconds())


def unexpected_response(response: Response, message: str, at: datetime | None = None) -> CloudError:
    """The error for a 2xx that is not what the call promises: *message* says why."""
    failure = Failure(
        kind=ErrorKind.UNUSABLE,
        executed=Executed.UNKNOWN,
        what=response.request.what,
        target=response.request.target,
        method=response.request.method,
        url=response.request.url_without_query,
        status=response.status,
        message=message,
        request_id=response.request_id,
        raw_body=response.raw_body,
        at=at,
        hint=NOTE_HIDDEN if response.is_in_the_way and not response.request.submits else "",
    )
    return CloudError(with_advice(failure, submits=response.request.submits))


def wrong_object(
    response: Response, noun: str, asked: str, received: str, at: datetime | None = None
) -> CloudError:
    """The error for a response to a read that is about another *noun* than the one asked for."""
    text = (
        f"the answer is about another {noun} than the one asked for: {clean(received, 128)}, not"
        f" {clean(asked, 128)}"
    )
    failure = unexpected_response(response, text, at).failure
    hint = failure.hint or ANOTHER
    return CloudError(replace(failure, executed=Executed.NO, hint=hint))


def not_sent(
    request: Request, message: str, *, at: datetime | None = None, hint: str = ""
) -> CloudError:
    """The error for a request that this program did not send."""
    return CloudError(
        Failure(
            kind=ErrorKind.NOT_SENT,
            executed=Executed.NO,
            what=request.what,
            target=request.target,
            method=request.method,
            url=request.url_without_query,
            message=message,
            at=at,
            hint=hint,
        )
    )


def _classify(response: Response) -> tuple[ErrorKind, Executed, str]:
    status, envelope = response.status, response.envelope
    submits = response.request.submits
    if response.is_success:
        if envelope.is_error and envelope.is_vendor_code:
            sure = not submits or _starts_nothing(envelope.code, known=True)
            return ErrorKind.REFUSED, Executed.NO if sure else Executed.UNKNOWN, ""
        text = "" if envelope.is_error else "the answer is not what the call promises"
        return ErrorKind.UNUSABLE, Executed.UNKNOWN, text
    if status < 400:
        text = (
            "the address answers with a redirection, which is never followed: "
            "look at the endpoint's URL"
        )
        return ErrorKind.UNUSABLE, Executed.UNKNOWN, text
    if status == 408 or status >= 500:
        return ErrorKind.SERVER, Executed.UNKNOWN, ""
    if not submits or refuses_token(status, envelope.code, envelope.message):
        return ErrorKind.REFUSED, Executed.NO, ""
    sure = _starts_nothing(envelope.code)
    return ErrorKind.REFUSED, Executed.NO if sure else Executed.UNKNOWN, ""


def _starts_nothing(code: str, *, known: bool = False) -> bool:
    """Whether *code* means that nothing was started. *known*: it must be in the code table, too."""
    if not code:
        return not known
    from vbs_tui.codes.lookup import explain, leaves_outcome_open  # noqa: PLC0415 - a large table

    return not leaves_outcome_open(code) and (not known or explain(code).known)
