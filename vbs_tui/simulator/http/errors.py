"""Error bodies in the form of each service. Each function returns an error to raise."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from vbs_tui.simulator.http.messages import ApiError, Reply

_CINDER_NAMES = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    406: "notAcceptable",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    429: "overLimit",
    500: "computeFault",
    501: "notImplemented",
    503: "serviceUnavailable",
}


def _error(status: int, body: dict[str, Any], **headers: str) -> ApiError:
    return ApiError(
        Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})
    )


def vendor(status: int, code: str, message: str) -> ApiError:
    """``{"error": {"message", "code"}}`` with a code in text, as VBS and EVS answer."""
    return _error(status, {"error": {"message": message, "code": code}})


def identity(status: int, message: str) -> ApiError:
    """``{"error": {"message", "code", "title"}}`` with the status as code, as Keystone answers."""
    title = HTTPStatus(status).phrase
    return _error(status, {"error": {"message": message, "code": status, "title": title}})


def gateway(status: int, code: str, message: str, request_id: str | None) -> ApiError:
    """``{"error_code", "error_msg", "request_id"}``, as the API gateway (and IAM) answer."""
    body = {"error_code": code, "error_msg": message}
    if request_id is not None:
        body["request_id"] = request_id
    return _error(status, body)


def cinder(status: int, message: str) -> ApiError:
    """``{"badRequest": {"code", "message"}}`` and its siblings, as Cinder answers."""
    name = _CINDER_NAMES.get(status, "computeFault")
    return _error(status, {name: {"code": status, "message": message}})


def unknown_route() -> ApiError:
    """The 404 of Cinder's router for a path that it does not know."""
    return _error(
        404,
        {
            "message": "No such resource here.<br /><br />\n\n\n",
            "code": "404 Not Found",
            "title": "Not Found",
        },
    )
