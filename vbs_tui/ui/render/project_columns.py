"""Columns and cells of the projects pane, and a project's details."""

from __future__ import annotations

from vbs_tui.cloud.resources import Project
from vbs_tui.ui.render.table import Cell, Column

COLUMNS = (
    Column("", 1, gap=1),
    Column("Name", None, min_width=10, sort_key=lambda project: project.name.casefold()),
)


def project_row(project: Project, *, is_open: bool, is_namesake: bool) -> tuple[Cell, ...]:
    """The cells of a project: the open one has a dot; one of several with its name shows its id."""
    tail = f" · {project.id[:8]}" if is_namesake else ""
    style = "accent" if is_open else ""
    return Cell("●" if is_open else "", style), Cell(project.name, style, tail)


def project_pairs(project: Project) -> list[tuple[str, str]]:
    """The details of a project."""
    return [
        ("Name", project.name),
        ("Id", project.id),
        ("Region by its name", project.region),
        ("Enabled", "yes" if project.enabled else "no"),
        ("Domain id", project.domain_id),
        ("Description", project.description),
    ]
