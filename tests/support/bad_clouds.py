"""Clouds that go wrong on first contact in the ways of the real world, all on this machine.

A :class:`BadCloud` makes its world on a :class:`Ground` and gives the environment to reach it by,
together with the words that doctor and error panel owe for it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.certificates import Authority, make_certificate
from tests.support.ground import (
    PAGE,
    Environment,
    Ground,
    Talk,
    answering,
    hang_up,
    no_http,
    no_talk,
    port_of,
    portal,
    relay_to,
    somebody,
    tls,
    user_of,
)

SECRETS = ("demo-password", "wrong-pass-1", "proxy-pass-2", "simulatedSecretKey", "portal-ticket")
"""What must never be shown, whatever goes wrong."""

FAR = "iam.example.test"
"""A host that is reached by a proxy, if at all."""


@dataclass(frozen=True)
class BadCloud:
    """A world, and the words it must be told in. Words are compared with blanks collapsed."""

    name: str
    build: Callable[[Ground], Environment]
    step: str
    """Where doctor stops, or warns."""
    words: tuple[str, ...]
    """What happened, and what to do: in doctor's lines and in the panel alike."""
    health: str = "failed"
    host: str = "127.0.0.1"
    panel: tuple[str, ...] = ()
    """Words for the panel instead, where doctor looks closer than a log-in does."""
    is_fatal: bool = True
    """Whether the console cannot log in either."""
    is_sent: bool = True
    """Whether a try leaves a line in the request log."""

    def __str__(self) -> str:
        return self.name


def collapsed(text: str) -> str:
    return " ".join(text.split())


# Log-ins


def _wrong(**changes: str) -> Callable[[Ground], Environment]:
    return lambda at: user_of(at.simulator()) | changes


def _skewed_key(at: Ground) -> Environment:
    simulator = at.simulator(clock=lambda: datetime.now(UTC) + timedelta(minutes=20))
    pair = simulator.world.access_keys[0]
    return {
        "OS_AUTH_URL": simulator.auth_url,
        "OS_ACCESS_KEY": pair.access,
        "OS_SECRET_KEY": pair.secret,
    }


def _skewed_token(at: Ground) -> Environment:
    return user_of(at.simulator(clock=lambda: datetime.now(UTC) - timedelta(minutes=20)))


# Certificates


def _behind(
    certificate: Callable[[Ground], Path], *, trusted: str = ""
) -> Callable[[Ground], Environment]:
    """The simulator behind TLS; *trusted*: a file of the folder that the user trusts."""

    def build(at: Ground) -> Environment:
        simulator = at.simulator()
        context = tls(certificate(at))
        server = at.server(relay_to(port_of(simulator)), context=context)
        trust = {"OS_CACERT": str(at.folder / trusted)} if trusted else {}
        return user_of(simulator, f"https://localhost:{server.port}/v3") | trust

    return build


def _own(days: int, name: str = "localhost") -> Callable[[Ground], Path]:
    return lambda at: make_certificate(at.folder, names=(name,), days=days)


def _signed(at: Ground) -> Path:
    return Authority(at.folder).sign("localhost")


def _no_such_file(at: Ground) -> Environment:
    return _behind(_own(30))(at) | {"OS_CACERT": str(at.folder / "none.pem")}


# Lines


def _answered(talk: Talk) -> Callable[[Ground], Environment]:
    return lambda at: somebody(f"http://127.0.0.1:{at.server(talk).port}/v3")


def _portal_with_certificate(at: Ground) -> Environment:
    path = make_certificate(at.folder, names=("localhost",))
    server = at.server(portal, context=tls(path))
    return somebody(f"https://localhost:{server.port}/v3") | {"OS_CACERT": str(path)}


def _plain_on_tls_port(at: Ground) -> Environment:
    return somebody(f"https://localhost:{at.server(no_talk).port}/v3")


def _tls_on_plain_port(at: Ground) -> Environment:
    context = tls(make_certificate(at.folder, names=("localhost",)))
    return somebody(f"http://127.0.0.1:{at.server(portal, context=context).port}/v3")


def _nobody(at: Ground) -> Environment:
    return somebody(f"http://127.0.0.1:{at.closed_port()}/v3")


def _leading_to(family: socket.AddressFamily, address: str) -> Callable[[Ground], Environment]:
    def build(at: Ground) -> Environment:
        at.names[FAR] = (family, address)
        return somebody(f"https://{FAR}/v3")

    return build


# Proxies


def _proxied(
    talk: Talk, user: str = "", variable: str = "https_proxy", scheme: str = "https"
) -> Callable[[Ground], Environment]:
    def build(at: Ground) -> Environment:
        proxy = f"http://{user}127.0.0.1:{at.server(talk).port}"
        return somebody(f"{scheme}://{FAR}/v3") | {variable: proxy}

    return build


def _dead_proxy(at: Ground) -> Environment:
    return somebody(f"https://{FAR}/v3") | {"HTTPS_PROXY": f"http://127.0.0.1:{at.closed_port()}"}


def _unnamed_proxy(at: Ground) -> Environment:
    return somebody(f"https://{FAR}/v3") | {"https_proxy": "http://proxy.example.test:3128"}


def _socks(at: Ground) -> Environment:
    proxy = f"socks5://127.0.0.1:{at.server(no_talk).port}"
    return somebody(f"https://{FAR}/v3") | {"all_proxy": proxy}


def _plain_proxy_wants_a_user(at: Ground) -> Environment:
    build = _proxied(answering("407 Proxy Authentication Required"), "", "http_proxy", "http")
    # Without verification of certificates plain HTTP is allowed, too.
    return build(at) | {"OS_INSECURE": "true"}


_WANTED = answering("407 Proxy Authentication Required", b"", "Proxy-Authenticate: Basic")
_CONFIGURATION = "Look at the configuration before trying again"

BAD_CLOUDS = (
    BadCloud(
        "wrong password",
        _wrong(OS_PASSWORD="wrong-pass-1"),
        "log-in",
        ("User, domain, password or project is wrong", _CONFIGURATION),
    ),
    BadCloud(
        "wrong domain",
        _wrong(OS_USER_DOMAIN_NAME="nowhere"),
        "log-in",
        ("User, domain, password or project is wrong", _CONFIGURATION),
    ),
    BadCloud(
        "unknown project",
        _wrong(OS_PROJECT_NAME="eu-de_none"),
        "log-in",
        ("User, domain, password or project is wrong", _CONFIGURATION),
    ),
    BadCloud(
        "clock 20 minutes off, access key",
        _skewed_key,
        "clock",
        ("20 min behind the server's", "Set this machine's clock (NTP)"),
        panel=(
            "APIG.0303",
            "clock is 20 min behind the server's",
            "Set this machine's clock (NTP)",
        ),
    ),
    BadCloud(
        "clock 20 minutes off, token",
        _skewed_token,
        "clock",
        ("20 min ahead of the server's", "Set this machine's clock (NTP)"),
        health="warning",
        is_fatal=False,
    ),
    BadCloud(
        "expired certificate",
        _behind(_own(-5), trusted="localhost-5.pem"),
        "TLS",
        ("localhost is not trusted: its certificate has expired", "to renew it"),
        host="localhost",
    ),
    BadCloud(
        "certificate of tomorrow",
        _behind(_own(90), trusted="localhost90.pem"),
        "TLS",
        ("its certificate is not valid yet", "Set this machine's clock"),
        host="localhost",
    ),
    BadCloud(
        "self-signed certificate",
        _behind(_own(30)),
        "TLS",
        ("its certificate is self-signed", "OS_CACERT", "do not log in"),
        host="localhost",
    ),
    BadCloud(
        "unknown issuer",
        _behind(_signed),
        "TLS",
        ("from an issuer that this machine does not trust", "OS_CACERT", "a proxy that opens TLS"),
        host="localhost",
    ),
    BadCloud(
        "certificate of another host",
        _behind(_own(30, "other.example"), trusted="other.example30.pem"),
        "TLS",
        ("its certificate is for another host name", "Correct the host name"),
        host="localhost",
    ),
    BadCloud(
        "certificate file missing",
        _no_such_file,
        "TLS",
        (
            "the certificate files cannot be used (cacert ",
            "none.pem: No such file",
            "Correct cacert",
        ),
        host="localhost",
    ),
    BadCloud(
        "captive portal, http",
        _answered(portal),
        "identity",
        ("A web page came, not a cloud's answer", "in a browser"),
    ),
    BadCloud(
        "captive portal, https",
        _portal_with_certificate,
        "identity",
        ("A web page came, not a cloud's answer", "in a browser"),
        host="localhost",
    ),
    BadCloud(
        "portal that redirects",
        _answered(
            answering("302 Found", b"", "Location: https://portal.example.test/in?t=portal-ticket")
        ),
        "identity",
        ("https://portal.example.test", "in a browser", "Redirections are never followed"),
    ),
    BadCloud(
        "portal that says so",
        _answered(answering("511 Network Authentication Required", PAGE)),
        "identity",
        ("A web page came, not a cloud's answer", "in a browser"),
    ),
    BadCloud(
        "another service in its place",
        _answered(answering("200 OK", b'{"hello": "world"}')),
        "identity",
        ("does not answer as an identity service", "correct auth_url"),
        health="warning",
    ),
    BadCloud(
        "proxy wants a user",
        _proxied(_WANTED),
        "proxy",
        ("asks for a log-in (407)", "user and password into https_proxy", "USER:PASSWORD@"),
        host=FAR,
    ),
    BadCloud(
        "proxy wants another user",
        _proxied(_WANTED, "jane:proxy-pass-2@", "HTTPS_PROXY"),
        "proxy",
        ("asks for a log-in (407)", "does not take the user and password in HTTPS_PROXY"),
        host=FAR,
    ),
    BadCloud(
        "proxy for plain http wants a user",
        _plain_proxy_wants_a_user,
        "proxy",
        ("(407)", "user and password into http_proxy"),
        panel=("HTTP 407", "asks for a log-in", "user and password into http_proxy"),
        host=FAR,
    ),
    BadCloud(
        "proxy forbids",
        _proxied(answering("403 Forbidden")),
        "proxy",
        ("refused to connect to iam.example.test (403)", "ask whoever runs it", "no_proxy"),
        host=FAR,
    ),
    BadCloud(
        "proxy fails",
        _proxied(answering("502 Bad Gateway"), variable="all_proxy"),
        "proxy",
        ("refused to connect to iam.example.test (502)", "does not reach the cloud", "all_proxy"),
        host=FAR,
    ),
    BadCloud(
        "proxy is off",
        _dead_proxy,
        "TCP",
        ("Correct HTTPS_PROXY", "no_proxy"),
        panel=("the proxy 127.0.0.1", "refused the connection", "Correct HTTPS_PROXY"),
    ),
    BadCloud(
        "proxy has no address",
        _unnamed_proxy,
        "DNS",
        ("proxy.example.test", "Correct https_proxy"),
        panel=("the proxy proxy.example.test:3128 cannot be resolved", "Correct https_proxy"),
        host="proxy.example.test",
    ),
    BadCloud(
        "proxy of another kind",
        _socks,
        "proxy",
        ("SOCKS is not spoken here",),
        host=FAR,
    ),
    BadCloud(
        "IPv6 only, without a route",
        # To a group's address no connection is ever tried: the kernel itself says no.
        _leading_to(socket.AF_INET6, "ff0e::db8"),
        "TCP",
        ("has IPv6 addresses only, and this machine has no route", "with IPv6", "https_proxy"),
        panel=("no route to iam.example.test", "IPv6", "https_proxy"),
        host=FAR,
    ),
    BadCloud(
        "IPv4 only, without a route",
        _leading_to(socket.AF_INET, "224.0.0.251"),
        "TCP",
        ("has IPv4 addresses only, and this machine has no route", "with IPv4", "https_proxy"),
        panel=("no route to iam.example.test", "network and VPN", "https_proxy"),
        host=FAR,
    ),
    BadCloud(
        "DNS fails",
        lambda at: somebody("https://iam.no-such-host.invalid/v3"),
        "DNS",
        ("iam.no-such-host.invalid", "typing error", "VPN"),
        host="iam.no-such-host.invalid",
    ),
    BadCloud(
        "nobody listens",
        _nobody,
        "TCP",
        ("Nothing listens at that address and port", "auth_url, VPN and firewall", "refused"),
    ),
    BadCloud(
        "plain text at a TLS port",
        _plain_on_tls_port,
        "TLS",
        ("no secure connection to localhost", "look at scheme and port"),
        host="localhost",
    ),
    BadCloud(
        "TLS at a plain port",
        _tls_on_plain_port,
        "identity",
        # An alert comes, or the line's reset before it.
        ("Look at scheme (http, https) and port",),
    ),
    BadCloud(
        "a plain port that hangs up",
        lambda at: somebody(f"http://127.0.0.1:{at.server(hang_up).port}/v3"),
        "identity",
        ("the connection to 127.0.0.1 was lost", "look at scheme (http, https) and port"),
    ),
    BadCloud(
        "no HTTP at a plain port",
        lambda at: somebody(f"http://127.0.0.1:{at.server(no_http).port}/v3"),
        "identity",
        ("or it was no HTTP", "Look at scheme (http, https) and port"),
    ),
    BadCloud(
        "plain http to a far host",
        lambda at: somebody(f"http://{FAR}/v3"),
        "address",
        ("plain HTTP would show the token", "auth_url"),
        host="",
        is_sent=False,
    ),
)
