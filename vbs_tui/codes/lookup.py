"""Look-up of error codes and HTTP statuses in the tables under ``data/``."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus

from vbs_tui.codes.similar_codes import similar_codes, split_code
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
        "As a final response it is wrong: suspect a proxy. After a restore, watch the disk.",
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
            "The request was not executed there. Check the endpoint, and whether a proxy asks for"
            " a log-in."
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
    "HTTP has no such number; something else answered.",
    (
        "Suspect a proxy or a wrong endpoint. After a restore read the states of disk and backup"
        " before you send it again."
    ),
)


def explain(code: str) -> Explanation:
    """*code* in words. Never raises.

    Case, blanks and surrounding quotes do not matter. ``APIGW.`` is read as ``APIG.``. The dot
    and leading zeros may be missing, and a number alone is one of ``VolumeBackup.``, as people
    read it from a screen: ``volumebackup209`` and ``209`` are ``VolumeBackup.0209``.
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

    ``False`` for a code that is not in the table: then the HTTP status decides. ``True`` for one
    that :func:`explain` recognises only by completing it (``209``): a guess must not turn an
    unknown outcome into a refusal.
    """
    found = codes().get(_exact(clean(code, CODE_LIMIT)))
    return found.outcome_open if found else explain(code).known


def known_codes() -> tuple[Explanation, ...]:
    """The whole table: VBS first, then the other services."""
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
    parts = split_code(key)
    if not parts:
        return ""
    family = {"": "volumebackup", "vbs": "volumebackup", "apigw": "apig"}.get(
        parts.family, parts.family
    )
    return f"{family}.{parts.number:04d}"


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
    parts = split_code(key)
    family = parts.family if parts else key.partition(".")[0]
    service = _FAMILIES.get(family, "unknown")
    similar = tuple(codes()[near].code for near in similar_codes(key, tuple(codes())))
    status = parts.number if parts and not parts.family else 0
    if status in statuses():
        cause = f"It is an HTTP status ({status} {statuses()[status].reason}), not an error code."
    elif service == "unknown" and similar:
        cause = f"Not known. It may be a misreading of {similar[0]}."
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
        " again because of it: read the states of disk and backup first. Quote code and"
        " request id in a ticket.",
        nearest=similar,
    )


def _ascii(text: str) -> str:
    """*text* in ASCII: no code has other characters, and a forged one should be seen as such."""
    escaped = text.encode("ascii", "backslashreplace").decode("ascii")
    return escaped if len(escaped) <= CODE_LIMIT else escaped[: CODE_LIMIT - 3] + "..."
