"""Look-up of error codes and HTTP statuses in the tables under ``data/``."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus

from vbs_tui.codes.near_misses import nearest, shape_of
from vbs_tui.codes.table import Explanation, StatusExplanation, codes, compact, statuses
from vbs_tui.text import clean

CODE_LIMIT = 64
"""Longest code shown or compared, in characters."""

_QUOTES = "\"'`.,;:!()[]{}<>"
_FAMILIES = {
    "volumebackup": "VBS",
    "autobackup": "VBS",
    "common": "VBS or EVS",
    "evs": "EVS",
    "iam": "IAM",
    "apig": "API gateway",
    "apigw": "API gateway",
    "backupservice": "CBR",
    "csbs": "CSBS",
    "cbr": "CBR",
    "ecs": "ECS",
    "kms": "KMS",
    "vpc": "VPC",
    "sdrs": "SDRS",
    "vbs": "VBS",
}
_CLASSES = {
    1: (
        "Informational",
        "An interim answer; it says nothing about the outcome.",
        "As a final answer it is out of order: suspect a proxy. After a restore, watch the disk.",
    ),
    2: (
        "Success",
        "The server says that it went well, with a number this program does not know.",
        (
            "Read the states to see what happened. After a restore, watch disk and backup, and"
            " do not send it again."
        ),
    ),
    3: (
        "Redirection",
        "The server points to another address, which is never followed for a restore.",
        (
            "The request was not executed there. Check the endpoint, and whether a proxy wants a"
            " log-in."
        ),
    ),
    4: (
        "Client error",
        "The server refuses the request, with a number this program does not know.",
        (
            "It was most likely not carried out. Go by the code and the server's own words; after a"
            " restore read the states of disk and backup before you send it again."
        ),
    ),
    5: (
        "Server error",
        "The server or something before it failed. What it had done until then is unknown.",
        (
            "A read: try again. A restore: do not send again; watch disk and backup for some"
            " minutes, restoring-backup or restoring means it runs."
        ),
    ),
}
_NO_CLASS = (
    "No HTTP status",
    "HTTP knows no such number; something else answered.",
    (
        "Suspect a proxy or a wrong endpoint. After a restore read the states of disk and backup"
        " before you send it again."
    ),
)


def explain(code: str) -> Explanation:
    """*code* in words. Never raises.

    Case, blanks and surrounding quotes do not matter. ``APIGW.`` is read as ``APIG.``. The dot
    and leading zeros may be missing, and a bare number is taken for ``VolumeBackup.``, since that
    is what gets read off a screen: ``volumebackup209`` and ``209`` are ``VolumeBackup.0209``.
    """
    return _explain(clean(code, CODE_LIMIT))


def explain_status(status: int) -> StatusExplanation:
    """An HTTP status in words; one that is not in the table by its class. Never raises."""
    found = statuses().get(status)
    if found:
        return found
    reason, meaning, remedy = _CLASSES.get(status // 100, _NO_CLASS)
    if status in set(HTTPStatus):
        reason = HTTPStatus(status).phrase
    return StatusExplanation(status, known=False, reason=reason, meaning=meaning, remedy=remedy)


def leaves_outcome_open(code: str) -> bool:
    """Whether *code* may come back although something was started.

    ``False`` for a code that is not in the table: then the HTTP status has to decide. ``True`` for
    one that :func:`explain` recognises only by completing it (``209``): a guess must never be the
    reason for taking an answer as a plain refusal.
    """
    found = codes().get(_exact(clean(code, CODE_LIMIT)))
    return found.outcome_open if found else explain(code).known


def known_codes() -> tuple[Explanation, ...]:
    """The whole table: VBS first, restoring before the rest, then the neighbours."""
    return tuple(codes().values())


def known_statuses() -> tuple[StatusExplanation, ...]:
    """Every HTTP status of the table, by number."""
    return tuple(statuses().values())


@lru_cache(maxsize=256)
def _explain(asked: str) -> Explanation:
    table = codes()
    key = compact(asked).strip(_QUOTES)
    shown = _ascii(asked.strip())
    found = table.get(key)
    if found:
        return found
    found = table.get(_exact(key)) or table.get(_completed(key))
    if found:
        return replace(found, asked=shown)
    return _unknown(key, shown)


def _exact(asked: str) -> str:
    """The table's key for a code given in full."""
    key = compact(asked)
    return key.replace("apigw.", "apig.", 1) if key.startswith("apigw.") else key


def _completed(key: str) -> str:
    """The table's key for a code whose dot, zeros or family are missing; else empty."""
    shape = shape_of(key)
    if not shape:
        return ""
    family = {"": "volumebackup", "vbs": "volumebackup", "apigw": "apig"}.get(
        shape.family, shape.family
    )
    return f"{family}.{shape.number:04d}"


def _unknown(key: str, shown: str) -> Explanation:
    if not key:
        return Explanation(
            code="",
            known=False,
            service="unknown",
            module="",
            meaning="The answer carried no error code.",
            cause="Proxies and gateways often answer without one, and so does a lost connection.",
            remedy="Go by the HTTP status and the server's own words beside it. Before you send a"
            " restore again, read the states of disk and backup.",
        )
    shape = shape_of(key)
    family = shape.family if shape else key.partition(".")[0]
    service = _FAMILIES.get(family, "unknown")
    alike = tuple(codes()[near].code for near in nearest(key, tuple(codes())))
    status = shape.number if shape and not shape.family else 0
    if status in statuses():
        cause = f"It is an HTTP status ({status} {statuses()[status].reason}), not an error code."
    elif service == "unknown" and alike:
        cause = f"Not known. It may be a misreading of {alike[0]}."
    elif service == "unknown":
        cause = "Not known. The code does not belong to any service this program deals with."
    else:
        cause = f"Not known. By its spelling it comes from {service}; it may be newer than this"
        cause += " program, or misread."
    return Explanation(
        code=shown,
        known=False,
        service=service,
        module="",
        meaning="This code is not in the tables of this program; its meaning is not known here.",
        cause=cause,
        remedy="Go by the HTTP status and the server's own words beside it. Do not send a restore"
        " again on the strength of it: read the states of disk and backup first. Quote code and"
        " request id in a ticket.",
        nearest=alike,
    )


def _ascii(text: str) -> str:
    """*text* in signs of one cell each: no code has others, and a forged one should show it."""
    escaped = text.encode("ascii", "backslashreplace").decode("ascii")
    return escaped if len(escaped) <= CODE_LIMIT else escaped[: CODE_LIMIT - 3] + "..."
