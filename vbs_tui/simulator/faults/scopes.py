"""Every scope that a fault can be limited to: which requests it meets."""

from __future__ import annotations

import re
from collections.abc import Callable

from vbs_tui.simulator.http.messages import Call

_IAM = re.compile(r"/v3/(auth|users|projects)\b")
_LIST = re.compile(r"/(backups|volumes|cloudvolumes)(/detail)?\Z")
_SHOW = re.compile(r"/(backups|volumes|cloudvolumes)/[^/]+\Z")


def _is_list(call: Call) -> bool:
    return _LIST.search(call.path) is not None


SCOPES: dict[str, tuple[str, Callable[[Call], bool]]] = {
    "all": ("every request (also when no scope is given)", lambda _call: True),
    "iam": ("log-in, projects, catalog", lambda call: _IAM.match(call.path) is not None),
    "restore": (
        "restore requests of both kinds",
        lambda call: call.method == "POST" and call.path.endswith("/restore"),
    ),
    "jobs": ("job queries", lambda call: "/jobs/" in call.path),
    "list": (
        "lists of backups and of volumes",
        lambda call: call.method == "GET" and _LIST.search(call.path) is not None,
    ),
    "show": (
        "one backup or one volume",
        lambda call: (
            call.method == "GET" and _SHOW.search(call.path) is not None and not _is_list(call)
        ),
    ),
    "backups": ("reads of backups", lambda call: call.method == "GET" and "/backups" in call.path),
    "volumes": ("reads of volumes", lambda call: call.method == "GET" and "volumes" in call.path),
}
