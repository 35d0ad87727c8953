"""The checks that need a log-in, in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from vbs_tui.cloud.auth.credentials import AccessKeyCredentials
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.secrets import HIDDEN_DO, HIDDEN_SEEN
from vbs_tui.doctor.cloud.failures import failed_call
from vbs_tui.doctor.cloud.lists import check_list
from vbs_tui.doctor.cloud.project import choose_project
from vbs_tui.doctor.cloud.roles import check_roles
from vbs_tui.doctor.cloud.token_scope import check_token_scope
from vbs_tui.doctor.cloud.vbs_endpoint import check_vbs_endpoint
from vbs_tui.doctor.finding import Finding, ok, warning


async def check_log_in(
    connection: CloudConnection, settings: CloudSettings, now: datetime
) -> AsyncIterator[Finding]:
    """Log in, then check the project. Findings come as they are made."""
    try:
        projects = await connection.projects()
    except CloudError as error:
        yield failed_call("log-in", error)
        return
    how = f"as {connection.user or 'the user'}"
    if isinstance(settings.credentials, AccessKeyCredentials):
        how = "none: an access key signs each request"
    yield ok("log-in", f"{how}, {len(projects)} projects")
    if connection.insecure:
        yield warning("protection", connection.insecure, "Only for practice clouds.")
    project = choose_project(projects, connection.preferred_project)
    if isinstance(project, Finding):
        yield project
        return
    async for finding in _check_project(connection, project, now):
        yield finding


async def _check_project(
    connection: CloudConnection, project: Project, now: datetime
) -> AsyncIterator[Finding]:
    try:
        provider = await connection.open(project)
    except CloudError as error:
        yield failed_call("project", error)
        return
    grant = connection.grant(project)
    yield ok("project", f"{project.name} ({project.id})")
    yield check_token_scope(grant, now)
    for name, url, why in provider.endpoints:
        yield ok("endpoint", f"{name} {url} ({why})")
    for step, pages in (("backups", provider.backups()), ("volumes", provider.volumes())):
        yield await check_list(step, pages)
    if connection.is_secret_in_the_way:
        yield warning("secret", HIDDEN_SEEN, HIDDEN_DO)
    service = await check_vbs_endpoint(provider)
    if service is not None:
        yield service
    for finding in check_roles(grant):
        yield finding
