"""What to do about a contact that failed, in words, where the failure does not say so itself.

The first half is for what goes wrong on the line, before any answer; the second for answers that
are none of the cloud's. Nothing here advises to look away from a certificate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from vbs_tui.cloud.errors import ErrorKind, Executed, Failure
from vbs_tui.cloud.http.error_envelopes import is_router_404
from vbs_tui.cloud.http.proxies import Unusable, proxy_for
from vbs_tui.text import clean


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer means, and what to do about it: sentences."""

    meaning: str
    do: str


CONFIGURED = "set in the configuration"
"""Why an endpoint is believed in: the operator named it."""

NAME_UNKNOWN = (
    "Look for a typing error in the address (auth_url), then at DNS and the VPN. Where names are"
    " resolved by a proxy only, set https_proxy."
)
REFUSED = "Nothing listens at that address and port: look at auth_url, VPN and firewall."
NO_CONNECTION = "Look at network, VPN and firewall, and whether a proxy is needed (https_proxy)."
NO_ROUTE = (
    "No network of this machine leads there. Look at network and VPN; a host with IPv6 addresses"
    " only needs a network or VPN with IPv6, or a proxy (https_proxy); vbs-tui doctor tells"
    " its addresses."
)
SILENT = (
    "Something swallows the connection: look at VPN and firewall, and whether a proxy is needed"
    " (https_proxy)."
)
NO_TLS = (
    "That port does not speak TLS as expected: look at scheme and port of the address (auth_url),"
    " then for a proxy or portal in between."
)
NO_HTTP = "Look at scheme (http, https) and port of the address, then for a proxy in between."
LOST = "Look at network and VPN, then try again."
HELD_BACK = "The link or the log-in is slow at the moment. Nothing was sent; restore again."
HUNG_UP = (
    "A port that speaks TLS only may hang up on plain HTTP like this: look at scheme (http, https)"
    " and port of the address. If they are right, look at network and VPN, then try again."
)
BAD_FILES = (
    "Correct cacert, cert and key of the configuration (OS_CACERT, OS_CERT, OS_KEY): each names a"
    " readable PEM file."
)
BAD_PROXY = (
    "Correct https_proxy, http_proxy and all_proxy: http://HOST:PORT. SOCKS is not spoken here."
)
BAD_NO_PROXY = (
    "It holds hosts, domains and networks, with commas between them: localhost,.corp,192.0.2.0/24."
)
BAD_ADDRESS = "Correct the address (auth_url, or the endpoint that was named for the service)."
KEY_REFUSED = (
    "Access key, secret key or this machine's clock is wrong (15 minutes are too much). Correct "
    "them before trying again."
)
BAD_HEADER = (
    "The access key or token holds a character that no request can carry: look for the end of a"
    " line, a blank or an umlaut in it."
)
USE_HTTPS = (
    "Write https in auth_url. Plain HTTP to another machine, of a practice cloud, is used only with"
    " verify: false (OS_INSECURE=true), and then stands in red in the title line."
)

_OWN_AUTHORITY = (
    "Get the authority's certificate from whoever runs that, on another way, and name its file:"
    " cacert in clouds.yaml, OS_CACERT in the environment. If nobody can explain it, do not log in."
)
_BY_CODE = {
    9: "Set this machine's clock (NTP). If it is right, tell whoever runs the cloud that the"
    " certificate begins later.",
    10: "Tell whoever runs the cloud to renew it. If this machine's clock is wrong, set it (NTP).",
    18: "A cloud with a certificate of its own, or somebody in between. " + _OWN_AUTHORITY,
    19: "A cloud with an authority of its own, or a proxy that opens TLS. " + _OWN_AUTHORITY,
    20: "A cloud with an authority of its own, or a proxy that opens TLS. " + _OWN_AUTHORITY,
    21: "A cloud with an authority of its own, or a proxy that opens TLS. " + _OWN_AUTHORITY,
    23: "Do not log in there. Tell whoever runs the cloud.",
    62: "Correct the host name in the address (auth_url) to one that the certificate names. If it"
    " is right, a portal or proxy answers in the cloud's place, or the cloud's own is wrong:"
    " tell whoever runs it.",
}
_BY_CODE[64] = _BY_CODE[62]

PORTAL = (
    "A web page came, not a cloud's answer. Open any page in a browser: the network (guest Wi-Fi,"
    " company) may want a log-in of its own first. If not, correct auth_url or the proxy"
    " (https_proxy, no_proxy). Then try again."
)
NO_IDENTITY = (
    "That address does not answer as an identity service: correct auth_url or the proxy,"
    " or log in to the network's own portal (guest Wi-Fi, company) in a browser first."
)
REDIRECTED = (
    "Redirections are never followed. Open any page in a browser: the network (guest Wi-Fi,"
    " company) may want a log-in of its own first. If not, correct the address (auth_url, the"
    " endpoint), or take the proxy out with no_proxy."
)
ANOTHER = (
    "It was only a read, and nothing is sent on the word of such an answer. Read again; if it stays"
    " so, a cache or gateway mixes answers up: tell whoever runs the cloud."
)
_LONG_HEADERS = Told(
    meaning="A gateway or proxy before the service takes no headers that long, and the token is"
    " most of them. The service itself has not seen the request.",
    do="Log in anew with a scope on one project. If it stays, have roles taken off the user, since"
    " each makes the token longer, or have whoever runs the gateway or proxy allow longer headers.",
)
_PLAIN_TO_TLS = Told(
    meaning="Plain HTTP was sent to a port that speaks TLS. The service has not seen the request.",
    do="Write https in the address: auth_url, or the endpoint that the request was sent to.",
)
_BY_A_GATEWAY = Told(
    meaning="A gateway, proxy or firewall refused the request, with a page of its own. The service"
    " has not seen it.",
    do="Read the page (the server's words): whoever runs that gateway, proxy or firewall has to"
    " mend it. It says nothing of the project, the disk or your rights.",
)
_NO_VBS = Told(
    meaning="There is no VBS at that address: what answers there does not know the path, as the"
    " service of the disks (Cinder) does not. Nothing was executed.",
    do="Correct the address of VBS: vbs_endpoint_override in the configuration, or else the"
    " region, whose catalog names it. vbs-tui doctor tells which address is used, and why.",
)
_NO_SERVICE = Told(
    meaning="What answers at that address does not know the path: it is another service, or"
    " another version of it. That says nothing of the object. Nothing was executed.",
    do="Correct the address of the service: the override in the configuration, or else the"
    " region, whose catalog names it. vbs-tui doctor tells which address is used, and why.",
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

SKEW_REFUSED = 900.0
"""Seconds a clock may differ before signed requests are refused."""


def about_certificate(code: int) -> str:
    """What to do about a certificate that was not accepted. *code*: OpenSSL's."""
    return _BY_CODE.get(code) or (
        "Tell whoever runs the cloud. Never log in past a certificate that nobody can explain."
    )


def about_proxy(status: int | None, variable: str, *, is_named: bool) -> str:
    """What to do about a proxy that did not connect.

    *status*: what it answered. *variable*: where it is configured. *is_named*: whether a user
    stands in its URL.
    """
    if status == 407:
        if is_named:
            return (
                f"The proxy does not take the user and password in {variable}: correct them"
                " (@, : and / in them as %40, %3A and %2F)."
            )
        return (
            f"Put the proxy's user and password into {variable}:"
            " http://USER:PASSWORD@HOST:PORT (@, : and / in them as %40, %3A and %2F)."
        )
    if status is not None and status >= 500:
        return (
            "The proxy is there and does not reach the cloud: look at the host name in auth_url,"
            f" then ask whoever runs the proxy. If the cloud is reached without it, name its host"
            f" in no_proxy (the proxy is set by {variable})."
        )
    return (
        "The proxy forbids it: ask whoever runs it to allow host and port. If the cloud is reached"
        f" without it, name its host in no_proxy (the proxy is set by {variable})."
    )


def about_way_to_proxy(variable: str) -> str:
    """What to do when not even the proxy is reached."""
    return (
        f"Correct {variable}, or look at network and VPN. If the cloud is reached without a proxy,"
        " name its host in no_proxy."
    )


def skew_words(seconds: float) -> str:
    """``20 min behind the server's``; *seconds* this machine's clock is ahead."""
    which = "ahead of" if seconds > 0 else "behind"
    return f"{abs(seconds) / 60:.0f} min {which} the server's"


def about_signature(seconds: float) -> str:
    """What to do when a signed request was not accepted; empty when the clock is right.

    *seconds* as above.
    """
    if abs(seconds) >= SKEW_REFUSED:
        return (
            f"This machine's clock is {skew_words(seconds)}, and requests signed 15 minutes off"
            " are refused. Set this machine's clock (NTP), then try again."
        )
    return ""


def is_page(text: str) -> bool:
    """Whether *text* is a web page."""
    return text.lstrip("\ufeff \t\r\n")[:1] == "<"


def redirected_to(location: str) -> str:
    """Scheme and host of a redirection, and nothing else of it; empty when there is none."""
    try:
        parts = urlsplit(location)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    return clean(f"{parts.scheme}://{host}" + (f":{port}" if port else ""), 200)


def advised(failure: Failure, *, submits: bool = False) -> Failure:
    """*failure* of an answer with a hint, if one is known and it had none.

    *submits*: the request may start something. As long as nobody knows whether it did, there is
    only one advice, which is not given here.
    """
    if failure.hint or (submits and failure.executed is not Executed.NO):
        return failure
    if told := _by_body(failure):
        return replace(failure, meaning=told.meaning, hint=told.do)
    hint = _hint(failure)
    return replace(failure, hint=hint) if hint else failure


def at_endpoint(failure: Failure, service: str, why: str) -> Failure:
    """*failure* of a request to an endpoint: its advice names that, and not the log-in's address.

    *why*: where the endpoint comes from, as the catalog tells it.
    """
    if failure.kind is not ErrorKind.NOT_SENT or "auth_url" not in failure.hint:
        return failure
    override = f"{service}_endpoint_override"
    source = override if why == CONFIGURED else f"the endpoint of {service.upper()} ({why})"
    hint = failure.hint.replace("auth_url", source)
    if why != CONFIGURED:
        hint += f" Where the catalog is wrong, {override} in the configuration names another."
    return replace(failure, hint=hint)


def _by_body(failure: Failure) -> Told | None:
    """Meaning and advice for an answer whose body says what its status alone does not."""
    status, raw = failure.status or 0, failure.raw_body
    if not 400 <= status < 500:
        return None
    if is_router_404(status, raw):
        return _NO_VBS if "/cloudbackups/" in failure.url else _NO_SERVICE
    if failure.code:
        return None
    text = f"{failure.message} {raw}".lower()
    if status in (431, 494) or _TOO_LONG.search(text):
        return _LONG_HEADERS
    if _HTTPS_WANTED.search(text):
        return _PLAIN_TO_TLS
    return _BY_A_GATEWAY if status in (400, 403, 406) and is_page(raw) else None


def about_unusable(found: Unusable) -> str:
    """What to do where a variable for the proxy holds none."""
    return BAD_NO_PROXY if found.is_exception else BAD_PROXY


def _hint(failure: Failure) -> str:
    text = f"{failure.message} {failure.raw_body}".lower()
    status = failure.status or 0
    if failure.code.upper().endswith(".0303") and "sign" in text and "expired" in text:
        return _CLOCK
    if status == 511:
        return PORTAL
    if status == 407:
        proxy = proxy_for(failure.url)
        variable = proxy.variable if proxy is not None else "http_proxy"
        return about_proxy(407, variable, is_named=proxy is not None and proxy.is_named)
    if failure.kind not in (ErrorKind.NONSENSE, ErrorKind.LOG_IN):
        return ""
    if 300 <= status < 400:
        return REDIRECTED
    if 200 <= status < 300:
        if is_page(failure.raw_body):
            return PORTAL
        return NO_IDENTITY if failure.url.endswith("/auth/tokens") else ""
    return ""
