"""What to do about a proxy: one that refuses, is not reached, or is not configured properly."""

from __future__ import annotations

from vbs_tui.cloud.http.proxies import UnusableProxy, proxy_for

BAD_PROXY = (
    "Correct https_proxy, http_proxy and all_proxy: http://HOST:PORT. SOCKS is not spoken here."
)
BAD_NO_PROXY = (
    "It holds hosts, domains and networks, with commas between them: localhost,.corp,192.0.2.0/24."
)


def proxy_advice(status: int | None, variable: str, *, has_user: bool) -> str:
    """What to do about a proxy that did not connect to the cloud.

    *status*: of its response. *variable*: where it is configured. *has_user*: whether its URL
    carries a user.
    """
    if status == 407:
        if has_user:
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


def unreachable_proxy_advice(variable: str) -> str:
    """What to do when the proxy itself is not reached."""
    return (
        f"Correct {variable}, or look at network and VPN. If the cloud is reached without a proxy,"
        " name its host in no_proxy."
    )


def proxy_log_in_advice(url: str) -> str:
    """What to do when the proxy on the way to *url* asks for a log-in (407)."""
    proxy = proxy_for(url)
    variable = proxy.variable if proxy is not None else "http_proxy"
    return proxy_advice(407, variable, has_user=proxy is not None and proxy.has_user)


def unusable_proxy_advice(found: UnusableProxy) -> str:
    """What to do about a proxy variable whose value cannot be used."""
    return BAD_NO_PROXY if found.is_exception else BAD_PROXY
