"""Faults as they are written: which happen, how often, and to which requests.

A fault is written ``name[@scope]=chance[:argument]``. The chance is a share from 0 to 1, or
``2x`` for exactly the next two requests of that scope. Several are joined by commas.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from vbs_tui.simulator.faults.kinds import FAULT_KINDS, Phase
from vbs_tui.simulator.faults.scopes import SCOPES
from vbs_tui.simulator.http.messages import Call

_STATUS = re.compile(r"([45]\d\d)-(before|after)\Z")
_BY_NAME = {kind.name: kind for kind in FAULT_KINDS}


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
    for kind in FAULT_KINDS:
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
