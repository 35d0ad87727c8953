"""The identity service: whether it is one that answers at the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vbs_tui.cloud.http.error_envelopes import read_json
from vbs_tui.cloud.http.errors import advice
from vbs_tui.cloud.http.errors.proxies import proxy_log_in_advice
from vbs_tui.cloud.http.errors.response_advice import is_html, redirect_target
from vbs_tui.doctor.finding import Finding, failed, ok, warning
from vbs_tui.text import clean

if TYPE_CHECKING:
    import httpx


def check_identity(response: httpx.Response, body: bytes) -> Finding:
    """*body*: of *response*, or its beginning."""
    status = response.status_code
    data = read_json(body)
    if isinstance(data, dict) and ("version" in data or "versions" in data):
        version = data.get("version")
        known = clean(version.get("id"), 20) if isinstance(version, dict) else ""
        return ok("identity", f"an identity service{', ' + known if known else ''}")
    if 300 <= status < 400:
        goal = redirect_target(response.headers.get("location", "")) or "elsewhere"
        return failed("identity", f"HTTP {status}, redirected to {goal}", advice.REDIRECTED)
    if status == 407:
        return failed("proxy", "it asks for a log-in (407)", proxy_log_in_advice(str(response.url)))
    if status == 511 or (status < 300 and not isinstance(data, dict)):
        kind = "a web page" if is_html(body.decode("utf-8", "replace")) else "no JSON"
        return failed("identity", f"HTTP {status}, {kind}, not an identity service", advice.PORTAL)
    if status < 300:
        return warning("identity", "JSON, but not of an identity service", advice.NO_IDENTITY)
    return warning("identity", f"HTTP {status} to a request without log-in", "See the log-in.")
