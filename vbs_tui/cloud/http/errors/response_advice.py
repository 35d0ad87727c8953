"""What to do about a response that none of the cloud's services wrote, or that says too little.

Web pages of portals, proxies and gateways; redirections; routers that do not know the path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.cloud.http.errors import advice
from vbs_tui.cloud.http.errors.classification import is_router_404
from vbs_tui.cloud.http.errors.proxies import proxy_log_in_advice
from vbs_tui.text import clean


@dataclass(frozen=True, slots=True)
class Advice:
    """What a response means, and what to do about it: sentences."""

    meaning: str
    what_to_do: str


_LONG_HEADERS = Advice(
    meaning="A gateway or proxy before the service takes no headers that long, and the token is"
    " most of them. The service itself has not seen the request.",
    what_to_do="Log in again with a scope on one project. If it stays, ask for fewer roles on the"
    " user, since each makes the token longer, or ask whoever runs the gateway or proxy to allow"
    " longer headers.",
)
_PLAIN_TO_TLS = Advice(
    meaning="Plain HTTP was sent to a port that speaks TLS. The service has not seen the request.",
    what_to_do="Write https in the address: auth_url, or the endpoint that the request was sent"
    " to.",
)
_BY_A_GATEWAY = Advice(
    meaning="A gateway, proxy or firewall refused the request, with a page of its own. The service"
    " has not seen it.",
    what_to_do="Read the page (the server's words): whoever runs that gateway, proxy or firewall"
    " has to correct it. It says nothing about the project, the disk or your rights.",
)
_OTHER_SERVICE = Advice(
    meaning="What answers at that address does not know the path: it is another service, or"
    " another version of it. That says nothing about the object. Nothing was executed.",
    what_to_do="Correct the address of the service: the override in the configuration, or else the"
    " region, whose catalog names it. vbs-tui doctor shows which address is used, and why.",
)
_TOO_LONG = re.compile(
    r"header (or cookie|fields?) too (large|long|big)|headers? (is |are )?too (large|long|big)"
    r"|size of a request header field exceeds"
)
_HTTPS_WANTED = re.compile(
    r"plain http request was sent to https port|speaking plain http to an ssl"
    r"|http request to an https server"
)
_CLOCK = "The signature is too old or too new: set this machine's clock (NTP)."


def is_html(text: str) -> bool:
    """Whether *text* is a web page."""
    return text.lstrip("\ufeff \t\r\n")[:1] == "<"


def redirect_target(location: str) -> str:
    """Scheme and host of a redirection, and nothing else of it; empty when there is none."""
    try:
        parts = urlsplit(location)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    return clean(f"{parts.scheme}://{host}" + (f":{port}" if port else ""), 200)


def with_advice(failure: Failure, *, submits: bool = False) -> Failure:
    """*failure* of a response with a hint, where one is known and it had none.

    *submits*: the request may start something. While it is unknown whether it did, no hint is added
    here: the one advice for that is given elsewhere.
    """
    if failure.hint or (submits and failure.executed is not Executed.NO):
        return failure
    if found := _by_body(failure):
        return replace(failure, meaning=found.meaning, hint=found.what_to_do)
    hint = _hint(failure)
    return replace(failure, hint=hint) if hint else failure


def _by_body(failure: Failure) -> Advice | None:
    """Meaning and advice for a response whose body says what its status alone does not."""
    status, raw = failure.status or 0, failure.raw_body
    if not 400 <= status < 500:
        return None
    if is_router_404(status, raw):
        return _OTHER_SERVICE
    if failure.code:
        return None
    text = f"{failure.message} {raw}".lower()
    if status in (431, 494) or _TOO_LONG.search(text):
        return _LONG_HEADERS
    if _HTTPS_WANTED.search(text):
        return _PLAIN_TO_TLS
    return _BY_A_GATEWAY if status in (400, 403, 406) and is_html(raw) else None


def _hint(failure: Failure) -> str:
    text = f"{failure.message} {failure.raw_body}".lower()
    status = failure.status or 0
    if failure.code.upper().endswith(".0303") and "sign" in text and "expired" in text:
        return _CLOCK
    if status == 511:
        return advice.PORTAL
    if status == 407:
        return proxy_log_in_advice(failure.url)
    if failure.kind not in (ErrorKind.UNUSABLE, ErrorKind.LOG_IN):
        return ""
    if 300 <= status < 400:
        return advice.REDIRECTED
    if 200 <= status < 300:
        if is_html(failure.raw_body):
            return advice.PORTAL
        return advice.NO_IDENTITY if failure.url.endswith("/auth/tokens") else ""
    return ""
