"""``vbs-tui doctor``: everything a restore needs, looked at step by step. Sends only reads.

No secret is ever in what it prints, so that it can be pasted into a ticket.
"""

from __future__ import annotations

import argparse
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

from vbs_tui.clock import SystemClock
from vbs_tui.cloud.auth.credentials import AccessKeyCredentials
from vbs_tui.cloud.auth.tokens import Grant
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.http.urls import identity_root
from vbs_tui.cloud.provider import LogInQuestion
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.secrets import HIDDEN_DO, HIDDEN_SEEN
from vbs_tui.commands.config import kept_tokens, read_settings, warning_about
from vbs_tui.commands.support import environment_cleanup, exit_status
from vbs_tui.commands.support.argument_parser import Parser
from vbs_tui.commands.support.cloud_choice import (
    NoCloud,
    SeveralClouds,
    add_cloud_options,
    ask_on_terminal,
    journal_directory,
    meant,
    settings_for,
)
from vbs_tui.commands.support.failures import for_scripts
from vbs_tui.commands.support.formatting import out_json
from vbs_tui.commands.support.output import out, tell
from vbs_tui.commands.support.signals import Signalled, Signals, patient
from vbs_tui.doctor.journal_access import loose_rights
from vbs_tui.doctor.network import Finding, Health, failed, look_at_way, ok, warning
from vbs_tui.doctor.roles import rights_of
from vbs_tui.doctor.terminal import look_at_terminal, terminal_as_it_was
from vbs_tui.doctor.token_cache import token_findings
from vbs_tui.doctor.vbs_endpoint import look_at_vbs
from vbs_tui.paths import NoHome, NoPlace, config_file
from vbs_tui.restore.event_loop_thread import LoopThread
from vbs_tui.restore.journal.instances import Instance
from vbs_tui.restore.journal.journal import ELSEWHERE, FILE, Journal, JournalError, unusable
from vbs_tui.restore.refusals import defect
from vbs_tui.settings import Mistaken
from vbs_tui.text import clean
from vbs_tui.threads import in_thread
from vbs_tui.times import local
from vbs_tui.ui.render.failure import decode

_INDENT = 24
"""Where the text after sign and step begins."""

_EPILOG = f"""\
exit status:
  0    all is well, or there are warnings only
  1    something FAILED
{exit_status.SHARED}"""

_SIGNS = {Health.OK: "ok", Health.WARNING: "warning", Health.FAILED: "FAILED"}


def doctor_main(argv: Sequence[str]) -> int:
    """``doctor [--cloud NAME] [--json]``: exit 0 all well or warnings only, 1 something failed."""
    parser = Parser(
        prog="vbs-tui doctor",
        description="Check everything a restore needs. Sends only reads.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_cloud_options(parser)
    parser.add_argument("--json", action="store_true", help="one JSON array")
    options = parser.parse_args(argv)
    found = [*look_at_terminal(), _journal(), *_settings(), *_variables()]
    status = 0
    try:
        settings = settings_for(meant(options.cloud), options.region)
    except SeveralClouds as error:
        found.append(failed("configuration", str(error), "Name one of them: --cloud NAME."))
    except NoCloud as error:
        do = "Correct clouds.yaml (or secure.yaml), or the OS_* variables."
        found.append(failed("configuration", " ".join(str(error).split()), error.hint or do))
    else:
        found.append(_configuration(settings))
        try:
            with terminal_as_it_was():
                _look_for(settings, found, Signals())
        except KeyboardInterrupt:
            status = exit_status.INTERRUPTED
        except Signalled as caught:
            status = caught.status
    if status:
        seen = "interrupted: what is not above was not looked at"
        found.append(failed("end", seen, "Run it again, to its end."))
    if options.json:
        out_json(
            [{"step": f.step, "health": f.health.value, "seen": f.seen, "do": f.do} for f in found]
        )
    else:
        _tell(found)
    return status or (1 if any(one.health is Health.FAILED for one in found) else 0)


def _tell(found: Sequence[Finding]) -> None:
    lines: list[str] = []
    for one in found:
        lines.append(f"{_SIGNS[one.health]:<8} {one.step:<14} {one.seen}")
        if one.do:
            lines.append(f"{'':<{_INDENT - 3}} → {one.do}")
    tell(lines, _INDENT)
    number = Counter(one.health for one in found)
    warnings = number[Health.WARNING]
    counted = f"{warnings} warning{'' if warnings == 1 else 's'}"
    out(f"{number[Health.OK]} ok, {counted}, {number[Health.FAILED]} failed")


def _settings() -> list[Finding]:
    """The operator's own settings, and where tokens are kept by them."""
    try:
        settings = read_settings()
        kept = kept_tokens(settings)
    except NoPlace as error:
        return [failed("settings", str(error), error.hint)]
    except Mistaken as error:
        do = "Correct it: vbs-tui does not start before (vbs-tui config check)."
        seen = "; ".join(str(error).splitlines())
        return [failed("settings", seen, do), *token_findings(kept_tokens(error.settings))]
    try:
        path = config_file()
    except NoHome:
        return [ok("settings", "no home directory, and so no file: the defaults hold")]
    told = ok("settings", clean(path, 400) if path.exists() else "no file, the defaults hold")
    doubt = warning_about(settings)
    if doubt:
        told = warning("settings", doubt, "A cloud that is called otherwise is not protected.")
    return [told, *token_findings(kept)]


def _variables() -> list[Finding]:
    do = "Look at the file that sets it, its quotes and the ends of its lines (dos2unix)."
    return [warning("variables", one, do) for one in environment_cleanup.troubles()]


def _configuration(settings: CloudSettings) -> Finding:
    # A password in the URL is refused later on, and must not be seen here.
    name = f"{clean(settings.name, 60)}: " if settings.name else ""
    root = identity_root(settings.auth_url)
    where = clean(root.rpartition("@")[2] if "@" in root else root, 200) or "no usable address"
    return ok("configuration", f"{name}{where}, region {clean(settings.region, 60) or 'any'}")


def _journal(directory: Path | None = None) -> Finding:
    try:
        where = directory or journal_directory()
    except NoPlace as error:
        return failed("journal", str(error), error.hint)
    try:
        (where / FILE).lstat()
    except FileNotFoundError:
        made = _existing(where)
        if made.is_dir() and os.access(made, os.W_OK | os.X_OK):
            return ok("journal", f"none yet; {clean(where, 400)} can be made")
        seen = f"{clean(where, 400)} cannot be made: {clean(made, 400)} takes no file of yours"
        return failed("journal", seen, ELSEWHERE)
    except OSError as error:
        trouble = unusable(where / FILE, "looked at", error)
        return failed("journal", str(trouble), _MEND)
    loose = loose_rights(where)
    try:
        with contextlib.closing(Instance(where)) as instance:
            journal, notice = Journal.open(where, instance, SystemClock().now())
            with contextlib.closing(journal):
                count = len(journal.open_restores())
    except JournalError as error:
        return failed("journal", str(error), _MEND)
    except OSError as error:
        return failed("journal", str(unusable(where, "used", error)), _MEND)
    if notice:
        return warning("journal", notice, "Look at the file that was set aside.")
    left = loose_rights(where)
    if left:
        return warning("journal", f"{'; '.join(left)}", _CLOSE)
    mended = f" (rights mended: {'; '.join(loose)})" if loose else ""
    return ok("journal", f"{clean(where / FILE, 400)}, {count} open restores{mended}")


_MEND = "Nothing can be restored until it can be written."
_CLOSE = "Make it yours alone: chown, chmod 600 for files, chmod 700 for directories."


def _existing(path: Path) -> Path:
    while not os.path.exists(path) and path != path.parent:  # noqa: PTH110 - nothing is raised
        path = path.parent
    return path


def _look_for(settings: CloudSettings, found: list[Finding], signals: Signals) -> None:
    # Not asyncio.run: at its end it waits for a name server that does not answer.
    thread = LoopThread("vbs-doctor")
    signals.install()
    thread.start()
    looking = thread.run(_look(settings, found))
    try:
        patient(looking)
    finally:
        signals.ignore()
        thread.stop(0.5)
        signals.let_go()


async def _look(settings: CloudSettings, found: list[Finding]) -> None:
    """Everything that needs the network, into *found* as it is seen."""
    signs = isinstance(settings.credentials, AccessKeyCredentials)
    clock = SystemClock()
    way = await look_at_way(settings.auth_url, settings.tls, clock, signs=signs)
    found += way.found
    if not way.is_open:
        return
    connection = CloudConnection(settings, ask=_ask)
    try:
        async for finding in _log_in(connection, settings, clock.now()):
            found.append(finding)
    except Exception as error:
        # Its words may hold anything; the findings so far are worth having.
        failure = defect("look at the cloud", error, clock.now())
        found.append(failed("defect", failure.message, failure.hint))
    finally:
        await connection.aclose()


async def _ask(question: LogInQuestion) -> str | None:
    # In a thread that Ctrl+C does not wait for.
    return await in_thread(lambda: ask_on_terminal(question))


async def _log_in(
    connection: CloudConnection, settings: CloudSettings, now: datetime
) -> AsyncIterator[Finding]:
    try:
        projects = await connection.projects()
    except CloudError as error:
        yield _refused("log-in", error)
        return
    how = f"as {connection.user or 'the user'}"
    if isinstance(settings.credentials, AccessKeyCredentials):
        how = "none: an access key signs each request"
    yield ok("log-in", f"{how}, {len(projects)} projects")
    if connection.insecure:
        yield warning("protection", connection.insecure, "Only for practice clouds.")
    project = _chosen(projects, connection.preferred_project)
    if isinstance(project, Finding):
        yield project
        return
    async for finding in _project(connection, project, now):
        yield finding


def _chosen(projects: Sequence[Project], wanted: str) -> Project | Finding:
    """The project to look at, or why there is none."""
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


async def _project(
    connection: CloudConnection, project: Project, now: datetime
) -> AsyncIterator[Finding]:
    try:
        provider = await connection.open(project)
    except CloudError as error:
        yield _refused("project", error)
        return
    grant = connection.grant(project)
    yield ok("project", f"{project.name} ({project.id})")
    yield _scope(grant, now)
    for name, url, why in provider.endpoints:
        yield ok("endpoint", f"{name} {url} ({why})")
    for step, pages in (("backups", provider.backups()), ("volumes", provider.volumes())):
        yield await _list(step, pages)
    if connection.is_secret_in_the_way:
        yield warning("secret", HIDDEN_SEEN, HIDDEN_DO)
    service = await look_at_vbs(provider)
    if service is not None:
        yield service
    for finding in rights_of(grant):
        yield finding


async def _list(step: str, pages: AsyncIterator[tuple[object, ...]]) -> Finding:
    """Whether the first page of a list can be read."""
    try:
        # Not anext() with a default: CPython 3.11 fails in it where there is no page.
        async for rows in pages:
            return ok(step, f"can be listed, {len(rows)} on the first page")
    except CloudError as error:
        return _refused(step, error)
    return ok(step, "can be listed, none there")


def _scope(grant: Grant | None, now: datetime) -> Finding:
    """What the token is good for, and until when."""
    if grant is None:
        return ok("scope", "no token: each signed request names its project")
    user = grant.user + (f" of domain {grant.user_domain}" if grant.user_domain else "")
    if grant.project_id:
        domain = f", domain {grant.project_domain}" if grant.project_domain else ""
        place = f"project {grant.project} ({grant.project_id}{domain})"
    else:
        place = "no project"
    until = ""
    if grant.expires_at is not None:
        hours = (grant.expires_at - now).total_seconds() / 3600
        until = f", until {local(grant.expires_at)} ({hours:.1f} h)"
        if hours <= 0:
            do = "Compare the clocks of this machine and of the cloud; look at the next log-in."
            return warning("scope", f"{place} for {user}{until}: it is over already", do)
    return ok("scope", f"{place} for {user}{until}")


def _refused(step: str, error: CloudError) -> Finding:
    failure = error.failure
    decoded = decode(failure, None)
    do = next((part.text for part in decoded.parts if part.label == "What to do"), "")
    seen = f"{failure.what}: {decoded.code}" + (f": {failure.message}" if failure.message else "")
    do = for_scripts(do) or "Try again; if it stays so, tell whoever runs the cloud."
    return failed(step, seen, do)
