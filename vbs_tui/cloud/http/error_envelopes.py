"""Reads every form of error body into one :class:`Envelope`.

Source: responses of VBS, EVS, IAM, their gateway, Cinder and Keystone. A body may be anything: no
JSON, cut off, deeply nested, of wrong types. Nothing here raises.
"""

from __future__ import annotations

import enum
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from vbs_tui.text import clean

MESSAGE_LIMIT = 500
_PAGE_LIMIT = 300
_SPARE = 64
"""Characters beyond a limit, so that a secret at the limit is whole when it is hidden."""

_DEPTH = 5
_LONGEST_WAIT = 86400.0
_SCAN = 65536

VENDOR_CODE = re.compile(r"[A-Za-z]+\.\d{4}\Z")
_STATUS = re.compile(r"(?:http[ /]*)?[1-5]\d\d(?:\s+[A-Za-z' -]+)?\Z", re.IGNORECASE)
_PHRASES = frozenset(one.phrase.lower() for one in HTTPStatus)
_CODE_LIMIT = 64
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,500}>")
_UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)

_REQUEST_ID_HEADERS = (
    "x-request-id",
    "x-openstack-request-id",
    "x-compute-request-id",
    "openstack-request-id",
)


class NotJson(enum.Enum):
    """The type of :data:`NOT_JSON`."""

    NOT_JSON = "not JSON"


NOT_JSON: Final = NotJson.NOT_JSON
"""What :func:`read_json` gives for a body that is no JSON."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The error in a body. Text is cleaned and cut; secrets are not hidden yet."""

    message: str = ""
    code: str = ""
    """The service's own code; an HTTP status repeated as a code is left out."""
    request_id: str = ""
    name: str = ""
    """The key around an error of Cinder: ``badRequest``, ``itemNotFound``, ``overLimit``, …"""
    retry_after: float | None = None
    is_error: bool = False
    """Whether the body has the form of an error at all, whatever the status."""

    @property
    def is_vendor_code(self) -> bool:
        return bool(VENDOR_CODE.match(self.code))


def read_json(body: bytes) -> object:
    """The body as JSON, or :data:`NOT_JSON`; never raises."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError, MemoryError):
        return NOT_JSON


def decode(
    status: int, headers: Mapping[str, str], body: bytes, *, data: object, now: datetime
) -> Envelope:
    """The error in *body* (parsed: *data*); on a 2xx usually an empty envelope.

    *headers* have lower-case names. *now* turns an HTTP date in ``Retry-After`` into seconds.
    """
    found = _Found()
    if data is not NOT_JSON:
        _search(data, found, _DEPTH)
    if not found.message and not 200 <= status < 300:
        found.message = _page_text(body) if data is NOT_JSON else ""
        found.message = found.message or _reason(status)
    wait = retry_after(headers.get("retry-after"), now)
    return Envelope(
        message=clean(_plain(found.message), MESSAGE_LIMIT + _SPARE).strip(),
        code=found.code,
        request_id=request_id(headers) or clean(found.request_id, 128),
        name=found.name,
        retry_after=retry_after(found.wait, now) if wait is None else wait,
        is_error=found.is_error,
    )


def request_id(headers: Mapping[str, str]) -> str:
    """The first request id among the headers, cleaned; empty when there is none."""
    for name in _REQUEST_ID_HEADERS:
        if value := clean(headers.get(name), 128).strip():
            return value
    return ""


def retry_after(value: object, now: datetime) -> float | None:
    """``Retry-After`` in seconds from *now*: a number, or an HTTP date. ``None`` if unreadable."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value)
    except ValueError:
        from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to load, rarely met

        try:
            moment = parsedate_to_datetime(str(value))
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    if seconds != seconds:  # noqa: PLR0124 - not a number
        return None
    return min(max(0.0, seconds), _LONGEST_WAIT)


class _Found:
    """What has been found in the body so far."""

    def __init__(self) -> None:
        self.message = ""
        self.code = ""
        self.request_id = ""
        self.name = ""
        self.wait: object = None
        self.is_error = False


def _search(value: object, found: _Found, depth: int) -> None:
    if depth <= 0:
        return
    if isinstance(value, str):
        _search_text(value, found, depth)
    elif isinstance(value, list):
        if value and isinstance(value[0], Mapping):
            _search(value[0], found, depth - 1)
    elif isinstance(value, Mapping):
        _search_object(value, found, depth)


def _search_text(value: str, found: _Found, depth: int) -> None:
    if value.lstrip()[:1] in ("{", "[", '"') and len(value) <= _SCAN:  # JSON inside JSON
        inner = read_json(value.encode("utf-8", "replace"))
        if inner is not NOT_JSON:
            _search(inner, found, depth - 1)
            if found.message:
                return
    found.message = found.message or value[:_SCAN]


def _search_object(row: Mapping[str, object], found: _Found, depth: int) -> None:
    found.request_id = found.request_id or _text(row.get("request_id"))
    if row.get("error_code") and (_text(row.get("error_msg")) or row.get("fail_reason")):
        # of the gateway; or of a failed job, which is no error of the request
        found.is_error = found.is_error or bool(_text(row.get("error_msg")))
        _take(row, found, "error_code", ("error_msg", "fail_reason"))
        return
    error = row.get("error")
    if isinstance(error, Mapping) and error:  # VBS, EVS, IAM, Keystone
        found.is_error = True
        _search(error, found, depth - 1)
        _take(row, found, "code", ("message",))
        return
    if isinstance(error, str) and error:  # OAuth, frameworks
        found.is_error = True
        _search_text(error, found, depth)
        _take(row, found, "code", ("message", "error_description"))
        return
    if row.get("faultstring"):  # SOAP and WSME
        found.is_error = True
        _search(row["faultstring"], found, depth - 1)
        return
    failed = row.get("fail_resources")
    if isinstance(failed, list) and failed:  # a request about several things
        found.is_error = True
        _search(failed, found, depth - 1)
        return
    if _text(row.get("message")) and ("code" in row or "title" in row or len(row) == 1):
        found.is_error = True  # without an object around it, or the inner part of another form
    _take(row, found, "code", ("message", "title"))
    if _text(row.get("detail")) and found.is_error:
        found.message = f"{found.message} ({_text(row.get('detail'))})"
    if not found.is_error and len(row) == 1:  # native Cinder: badRequest, itemNotFound, …
        ((name, inner),) = row.items()
        if isinstance(inner, Mapping) and _text(inner.get("message")):
            found.name = clean(name, 64)
            found.wait = inner.get("retryAfter")
            _search(inner, found, depth - 1)


def _take(row: Mapping[str, object], found: _Found, code: str, texts: tuple[str, ...]) -> None:
    found.code = found.code or _code(row.get(code))
    for name in texts:
        found.message = found.message or _text(row.get(name))


def _code(value: object) -> str:
    """A code as the service sent it; empty for an HTTP status repeated as a code."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = clean(value, _CODE_LIMIT).strip() if isinstance(value, str) else ""
    if not text or text == "0" or _STATUS.match(text) or text.lower() in _PHRASES:
        return ""
    return text


def _text(value: object) -> str:
    return value[:_SCAN].strip() if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """Text without HTML tags, with runs of blanks as one."""
    if "<" in text or "&" in text:
        text = html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", text)))
    return " ".join(text.split())


def _page_text(body: bytes) -> str:
    """The text of a page that is no JSON."""
    return clean(_plain(body[:_SCAN].decode("utf-8", "replace")), _PAGE_LIMIT + _SPARE)


def _reason(status: int) -> str:
    try:
        return f"{HTTPStatus(status).phrase}, with no further words"
    except ValueError:
        return f"HTTP status {status}, with no further words"
