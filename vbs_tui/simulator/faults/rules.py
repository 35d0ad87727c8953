"""Faults by name: what can go wrong on the way, how often, and to which requests.

A fault is written ``name[@scope]=chance[:argument]``. The chance is a share from 0 to 1, or
``2x`` for exactly the next two requests of that scope. Several are joined by commas.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from vbs_tui.simulator.http.messages import Call

_IAM = re.compile(r"/v3/(auth|users|projects)\b")
_LIST = re.compile(r"/(backups|volumes|cloudvolumes)(/detail)?\Z")
_SHOW = re.compile(r"/(backups|volumes|cloudvolumes)/[^/]+\Z")
_STATUS = re.compile(r"([45]\d\d)-(before|after)\Z")

Phase = Literal["token", "before", "after", "delay"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of fault. ``argument`` names what may follow the chance; its default beside it."""

    name: str
    phase: Phase
    meaning: str
    argument: str = ""
    default: float | None = None


KINDS: tuple[Kind, ...] = (
    Kind("drop-before", "before", "the connection closes; nothing was executed"),
    Kind("drop-after", "after", "executed, then the connection closes without an answer"),
    Kind("500-before", "before", "a 500 (or 4NN, 5NN of your choice); nothing was executed"),
    Kind("500-after", "after", "executed, then answered with a 500 (or another 4NN, 5NN)"),
    Kind("429", "before", "too many requests; not executed", "seconds for Retry-After"),
    Kind("slow", "delay", "executed at once, answered late", "seconds", 10.0),
    Kind("slow-before", "before", "waits, then executes and answers", "seconds", 10.0),
    Kind("html", "before", "a proxy's page in HTML with status 200; not executed"),
    Kind("html-after", "after", "executed, then an HTML page with status 200"),
    Kind("empty", "after", "executed, then status 200 with an empty body"),
    Kind("truncate", "after", "executed, then JSON that ends half-way"),
    Kind("cut", "after", "executed, then the connection closes in the middle of the body"),
    Kind("wrong-types", "after", "executed, then JSON whose values have other types"),
    Kind("error-200", "before", "status 200 with an error in the body; not executed"),
    Kind("no-job-id", "after", "executed, then status 200 without the job's id (restores only)"),
    Kind(
        "copy-refused",
        "after",
        "executed, then the answer to a second copy of the request: 400, the disk is busy",
    ),
    Kind("redirect", "before", "302 to the path without its last part; not executed"),
    Kind(
        "expire-token", "token", "the token is expired; a whole number N of 2 or more: after N uses"
    ),
)

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

_BY_NAME = {kind.name: kind for kind in KINDS}


def _is_list(call: Call) -> bool:
    return _LIST.search(call.path) is not None


@dataclass(slots=True, eq=False)
class Rule:
    """One fault to apply: with ``chance``, or to the next ``count`` requests of its scope."""

    name: str
    phase: Phase
    scope: str = "all"
    chance: float = 1.0
    count: int | None = None
    argument: float | None = None
    status: int = 0

    def describe(self) -> str:
        amount = f"{self.chance:g}" if self.count is None else f"{self.count}x"
        argument = "" if self.argument is None else f":{self.argument:g}"
        return f"{self.name}@{self.scope}={amount}{argument}"


class Faults:
    """The faults of a simulator; may be changed while it runs."""

    def __init__(self, spec: str = "") -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self.uses_per_token: int | None = None
        """After how many uses a token counts as expired; ``None`` for no end."""
        self.add(spec)

    def add(self, spec: str) -> None:
        """Add the faults of ``spec``. Raises ``ValueError`` that says what is wrong with it."""
        rules, uses = _parse(spec)
        with self._lock:
            self._rules += rules
            self.uses_per_token = uses if uses is not None else self.uses_per_token

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        with self._lock:
            self._rules.clear()
            self.uses_per_token = None

    def describe(self) -> str:
        """The faults in the form in which they are written; empty when there are none."""
        told = [rule.describe() for rule in self.rules]
        if self.uses_per_token is not None:
            told.append(f"expire-token={self.uses_per_token}")
        return ",".join(told)

    @property
    def rules(self) -> list[Rule]:
        with self._lock:
            return list(self._rules)

    def pick(self, call: Call, rng: random.Random) -> list[Rule]:
        """The faults that meet this request; one-shot counts go down."""
        with self._lock:
            return [rule for rule in self._rules if _meets(rule, call, rng)]


def describe_faults() -> str:
    """All faults and scopes as a table in text, for help."""
    lines = ["faults, written name[@scope]=chance[:argument], joined by commas:"]
    for kind in KINDS:
        argument = f" [:{kind.argument}]" if kind.argument else ""
        lines.append(f"  {kind.name:<13} {kind.meaning}{argument}")
    lines += ["chance: a share from 0 to 1, or 2x for exactly the next two requests", "scopes:"]
    lines += [f"  @{name:<12} {meaning}" for name, (meaning, _) in SCOPES.items()]
    return "\n".join(lines)


def _meets(rule: Rule, call: Call, rng: random.Random) -> bool:
    if not SCOPES[rule.scope][1](call):
        return False
    if rule.name == "no-job-id" and not SCOPES["restore"][1](call):
        return False
    if rule.count is not None:
        if rule.count <= 0:
            return False
        rule.count -= 1
        return True
    return rng.random() < rule.chance


def _parse(spec: str) -> tuple[list[Rule], int | None]:
    rules: list[Rule] = []
    uses: int | None = None
    for item in filter(None, (part.strip() for part in spec.split(","))):
        left, _, right = item.partition("=")
        name, _, scope = left.strip().partition("@")
        right = right.strip() or "1"
        if name == "expire-token" and right.isdigit() and int(right) >= 2:
            uses = int(right)
            continue
        rules.append(_rule(item, name, scope or "all", right))
    return rules, uses


def _rule(item: str, name: str, scope: str, right: str) -> Rule:
    status = 0
    kind = _BY_NAME.get(name)
    numbered = _STATUS.match(name)
    if numbered is not None:
        status = int(numbered[1])
        kind = _BY_NAME[f"500-{numbered[2]}"]
    if kind is None:
        raise ValueError(f"There is no fault {name!r}. There are: {_joined(_BY_NAME)}.")
    if scope not in SCOPES:
        raise ValueError(f"In {item!r}: no scope {scope!r}. There are: {_joined(SCOPES)}.")
    amount, colon, argument = right.partition(":")
    rule = Rule(name, kind.phase, scope, argument=kind.default, status=status)
    if colon:
        if not kind.argument:
            raise ValueError(f"In {item!r}: {name} takes nothing after the chance.")
        rule.argument = _float(argument, item, f"the {kind.argument} must be a number from 0")
    if amount.endswith("x"):
        if not amount[:-1].isdigit() or int(amount[:-1]) < 1:
            raise ValueError(f"In {item!r}: a count is written like 1x or 3x.")
        rule.count = int(amount[:-1])
    else:
        rule.chance = _float(amount, item, "the chance must be from 0 to 1, or a count like 1x")
        if rule.chance > 1:
            raise ValueError(f"In {item!r}: the chance must be from 0 to 1, or a count like 1x.")
    return rule


def _float(text: str, item: str, problem: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ValueError(f"In {item!r}: {problem}.")
    return value


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names)
