"""Every fault that the simulator has: name, phase, meaning. What it does is in ``effects``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Phase = Literal["token", "before", "after", "delay"]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault: its name, when it strikes, what happens, and its argument, if any."""

    name: str
    phase: Phase
    meaning: str
    argument: str = ""
    """What may follow the chance, in words; empty for nothing."""
    default: float | None = None
    """Of the argument."""


FAULT_KINDS: tuple[FaultKind, ...] = (
    FaultKind("drop-before", "before", "the connection closes; nothing was executed"),
    FaultKind("drop-after", "after", "executed, then the connection closes without an answer"),
    FaultKind("500-before", "before", "a 500 (or 4NN, 5NN of your choice); nothing was executed"),
    FaultKind("500-after", "after", "executed, then answered with a 500 (or another 4NN, 5NN)"),
    FaultKind("429", "before", "too many requests; not executed", "seconds for Retry-After"),
    FaultKind("slow", "delay", "executed at once, answered late", "seconds", 10.0),
    FaultKind("slow-before", "before", "waits, then executes and answers", "seconds", 10.0),
    FaultKind("html", "before", "a proxy's page in HTML with status 200; not executed"),
    FaultKind("html-after", "after", "executed, then an HTML page with status 200"),
    FaultKind("empty", "after", "executed, then status 200 with an empty body"),
    FaultKind("truncate", "after", "executed, then JSON that ends half-way"),
    FaultKind("cut", "after", "executed, then the connection closes in the middle of the body"),
    FaultKind("wrong-types", "after", "executed, then JSON whose values have other types"),
    FaultKind("error-200", "before", "status 200 with an error in the body; not executed"),
    FaultKind(
        "no-job-id", "after", "executed, then status 200 without the job's id (restores only)"
    ),
    FaultKind(
        "copy-refused",
        "after",
        "executed, then the answer to a second copy of the request: 400, the disk is busy",
    ),
    FaultKind("redirect", "before", "302 to the path without its last part; not executed"),
    FaultKind(
        "expire-token", "token", "the token is expired; a whole number N of 2 or more: after N uses"
    ),
)
