"""Advice that depends on a state: ``Read the disk's state. in-use: detach it. deleting: wait.``

Where the state is known, only what holds for it is said.
"""

from __future__ import annotations

import re

_STATE = r"[a-z]+(?:[_-][a-z]+)*"
_BRANCH = re.compile(rf"(?:^|(?<=[.!?] ))({_STATE}(?:(?:, | or ){_STATE})*): ")


def advice_for_state(advice: str, what: str, status: str) -> str:
    """*advice* without the branches for other states than *status*, that of *what* (``disk``).

    All of it where it has no branches, and where the status is not known.
    """
    first, *rest = _BRANCH.split(advice)
    if not rest or not status:
        return advice
    for states, said in zip(rest[::2], rest[1::2], strict=True):
        if status in re.split(", | or ", states):
            does = said.strip()
            return f"The {what} is {status}: {does[:1].lower()}{does[1:]}"
    return f"{first.strip()} When it was read last it was {status}.".strip()


def depends_on_state(advice: str) -> bool:
    """Whether *advice* differs by state."""
    return _BRANCH.search(advice) is not None
