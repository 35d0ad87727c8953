"""What an error response says: a refused token, an unknown path, a missing object.

The difference between the two kinds of 404 decides what may be concluded: a router that does not
know the path says nothing about the object behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from vbs_tui.cloud.http.error_envelopes import NOT_JSON, VENDOR_CODE, Envelope, read_json

_REFUSED_TOKEN = frozenset(
    {"apig.0301", "apig.0307", "iam.0066", "iam.0067", "common.0013", "evs.0002"}
)
_OTHER_401 = frozenset({"apig.0303", "iam.0061"})
_REFUSED_TOKEN_MESSAGE = re.compile(
    r"token must be updated|token need(?:s)? to (?:be )?refresh", re.IGNORECASE
)
_UNKNOWN_API = frozenset({"apig.0101", "apigw.0101"})
_ROUTERS = ("The resource could not be found.", "The requested URL was not found on the server")
"""How a 404 of the routers webob and werkzeug begins."""


def refuses_token(status: int | None, code: str, message: str) -> bool:
    """Whether the response says that the token is no longer valid (so nothing was executed)."""
    family = code.lower().replace("apigw.", "apig.")
    if status is None or not 400 <= status < 500 or family in _OTHER_401:
        return False
    return status == 401 or family in _REFUSED_TOKEN or bool(_REFUSED_TOKEN_MESSAGE.search(message))


def is_unknown_path(status: int, envelope: Envelope) -> bool:
    """Whether the service does not have the path, so that another one may be tried."""
    if status in (405, 410) or envelope.code.lower() in _UNKNOWN_API:
        return True
    return status == 404 and not envelope.is_vendor_code and not envelope.name


def is_router_404(status: int | None, body: str) -> bool:
    """Whether a 404 comes from a router that does not know the path. Nothing was executed.

    Stricter than :func:`is_unknown_path`: ``False`` for what may be a service's word about an
    object, and for a proxy's page. *body*: as in ``Failure.raw_body``.
    """
    if status != 404:
        return False
    data = read_json(body.encode("utf-8", "replace"))
    if data is NOT_JSON:
        return "404 Not Found" in body and _ROUTERS[0] in body  # webob's own page
    if not isinstance(data, Mapping):
        return False
    code = _text(data.get("error_code")) or _text(data.get("code"))
    if code.lower() in _UNKNOWN_API:
        return True
    inner = data.get("error")
    row = inner if isinstance(inner, Mapping) else data
    if _text(row.get("message")).startswith(_ROUTERS):  # webob's, without an object around it
        return not VENDOR_CODE.match(_text(row.get("code")))
    return inner == "Not Found" and "path" in data


def is_missing_object(status: int, envelope: Envelope) -> bool:
    """Whether the service itself says that it has no such object: no proxy's or router's 404."""
    own_code = envelope.is_vendor_code and not envelope.code.lower().startswith("apig")
    return status == 404 and (own_code or envelope.name.lower() == "itemnotfound")


def _text(value: object) -> str:
    return value[:_LONGEST].strip() if isinstance(value, str) else ""


_LONGEST = 65536
