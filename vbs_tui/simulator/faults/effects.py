"""What each fault does to a request or to its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from vbs_tui.simulator.faults.rules import Rule
from vbs_tui.simulator.http import errors
from vbs_tui.simulator.http.messages import Call, Reply

_PAGE = b"""<!DOCTYPE html>
<html><head><title>Sign in to the network</title></head>
<body><h1>Sign in</h1><p>This network wants you to sign in first.</p></body></html>
"""
_BUSY = errors.vendor(400, "VolumeBackup.0205", "The disk is restoring_backup.")
_HTML = {"content-type": "text/html; charset=utf-8"}


async def before(call: Call, rules: list[Rule]) -> Reply | None:
    """Apply the faults that come before the execution; a reply ends the request."""
    for rule in rules:
        if rule.name == "expire-token":
            call.expire_token = True
        elif rule.name == "slow-before":
            await asyncio.sleep(rule.argument or 0)
    first = next((r for r in rules if r.phase == "before" and r.name != "slow-before"), None)
    return None if first is None else _reply_instead(call, first)


def after(call: Call, reply: Reply, rules: list[Rule]) -> Reply:
    """Apply the faults that change the reply of an executed request."""
    for rule in rules:
        if rule.phase == "after":
            reply = _changed_reply(call, reply, rule)
    return reply


async def delay(rules: list[Rule]) -> None:
    """Delay the reply."""
    for rule in rules:
        if rule.phase == "delay":
            await asyncio.sleep(rule.argument or 0)


def server_fault(call: Call, status: int) -> Reply:
    """A server error in the form of the service that the path belongs to."""
    text = "A fault of the service ended the request."
    if call.path.startswith("/v3/auth"):
        return errors.identity(status, text).reply
    if "/backups" in call.path or "/volumes" in call.path:
        return errors.cinder(status, text).reply
    if status in (502, 503, 504):
        page = f"<html><head><title>{status}</title></head><body>{text}</body></html>"
        return Reply(status, page.encode(), dict(_HTML))
    return errors.vendor(status, "VolumeBackup.0900", text).reply


def _reply_instead(call: Call, rule: Rule) -> Reply:
    if rule.name == "drop-before":
        return Reply(drop=True)
    if rule.name == "429":
        reply = _too_many(call)
        if rule.argument is not None:
            reply.headers["Retry-After"] = f"{rule.argument:g}"
        return reply
    if rule.name == "html":
        return Reply(200, _PAGE, dict(_HTML))
    if rule.name == "redirect":
        return Reply(302, b"", {"Location": call.base_url + call.path.rpartition("/")[0]})
    if rule.name == "error-200":
        return errors.vendor(200, "VolumeBackup.0014", "The task was not submitted.").reply
    return server_fault(call, rule.status or 500)


def _too_many(call: Call) -> Reply:
    text = "Too many requests in too short a time."
    if call.path.startswith("/v3/auth"):
        return errors.gateway(429, "IAM.0012", text, None).reply
    return errors.gateway(429, "APIG.0308", text, call.request_id).reply


def _changed_reply(call: Call, reply: Reply, rule: Rule) -> Reply:
    changes: dict[str, Callable[[], Reply]] = {
        "drop-after": lambda: Reply(drop=True),
        "html-after": lambda: Reply(200, _PAGE, dict(_HTML)),
        "empty": lambda: Reply(200, b"", _headers(reply)),
        "truncate": lambda: Reply(reply.status, _half(reply.encoded()), _headers(reply)),
        "cut": lambda: Reply(reply.status, reply.encoded(), _headers(reply), cut=True),
        "wrong-types": lambda: Reply(reply.status, _with_other_types(reply.body), _headers(reply)),
        "no-job-id": lambda: Reply(reply.status, {}, _headers(reply)),
        "copy-refused": lambda: _BUSY.reply,
    }
    change = changes.get(rule.name)
    return change() if change is not None else server_fault(call, rule.status or 500)


def _headers(reply: Reply) -> dict[str, str]:
    return dict(reply.headers)


def _half(body: bytes) -> bytes:
    return body[: max(1, len(body) // 2)]


def _with_other_types(value: Any, depth: int = 0) -> Any:
    """The same shape with other types: numbers for text, text for lists, lists for numbers."""
    if isinstance(value, dict):
        if depth >= 2:
            return {key: _of_other_type(one) for key, one in value.items()}
        return {key: _with_other_types(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list) and depth < 2:
        return [_with_other_types(one, depth + 1) for one in value]
    return _of_other_type(value)


def _of_other_type(value: Any) -> Any:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, bool) or value is None:
        return {}
    if isinstance(value, int | float):
        return [value]
    return str(value)
