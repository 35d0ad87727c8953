"""The project: which one is meant, and whether the user has it."""

from __future__ import annotations

from collections.abc import Sequence

from vbs_tui.cloud.resources import Project
from vbs_tui.doctor.finding import Finding, failed
from vbs_tui.text import clean


def choose_project(projects: Sequence[Project], wanted: str) -> Project | Finding:
    """The project that the other checks are for, or why there is none. *wanted*: a name or id."""
    chosen = [one for one in projects if wanted in (one.name, one.id)]
    if wanted and not chosen:
        names = ", ".join(one.name for one in projects[:8])
        do = f"Name one of: {names}." if names else "Ask for a role in that project."
        return failed("project", f"{clean(wanted, 100)} is not among this user's projects", do)
    if len(chosen) > 1:
        ids = ", ".join(one.id for one in chosen[:8])
        seen = f"several are called {clean(wanted, 100)}"
        return failed("project", seen, f"Name one by its id: {ids}.")
    if not projects:
        return failed("project", "this user has none", "Ask for a role in a project.")
    return (chosen or list(projects))[0]
