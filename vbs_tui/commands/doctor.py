"""``vbs-tui doctor``: everything a restore needs, looked at step by step. Sends only reads.

No secret is ever in what it prints, so that it can be pasted into a ticket.
"""

from __future__ import annotations

import argparse
import asyncio
import locale
import os
import shutil
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from vbs_tui.clock import SystemClock
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.errors import CloudError
from vbs_tui.cloud.probe import Finding, Health, failed, look_at_way, ok, warning
from vbs_tui.cloud.provider import SecretQuestion
from vbs_tui.cloud.resources import Project
from vbs_tui.cloud.settings import CloudSettings
from vbs_tui.codes import explain, explain_status
from vbs_tui.commands.connecting import (
    NoCloud,
    add_cloud_options,
    ask_on_terminal,
    journal_directory,
    settings_for,
)
from vbs_tui.commands.words import out, out_json
from vbs_tui.restore.instances import Instance
from vbs_tui.restore.journal import FILE, Journal, JournalError

_SIGNS = {Health.OK: "ok", Health.WARNING: "warning", Health.FAILED: "FAILED"}


def doctor_main(argv: Sequence[str]) -> int:
    """``doctor [--cloud NAME] [--json]``: exit 0 all well or warnings only, 1 something failed."""
    parser = argparse.ArgumentParser(
        prog="vbs-tui doctor", description="Check everything a restore needs. Sends only reads."
    )
    add_cloud_options(parser)
    parser.add_argument("--json", action="store_true", help="one JSON array")
    options = parser.parse_args(argv)
    found = [*_terminal(), _journal()]
    try:
        settings = settings_for(options.cloud, options.region)
    except NoCloud as error:
        do = "Name a cloud of clouds.yaml, or set the OS_* variables."
        found.append(failed("configuration", " ".join(str(error).split()), do))
    else:
        found.append(ok("configuration", f"{settings.auth_url}, region {settings.region or 'any'}"))
        try:
            found += asyncio.run(_cloud(settings))
        except KeyboardInterrupt:
            return 130
    if options.json:
        out_json(
            [{"step": f.step, "health": f.health.value, "seen": f.seen, "do": f.do} for f in found]
        )
    else:
        for one in found:
            out(f"{_SIGNS[one.health]:<8} {one.step:<14} {one.seen}")
            if one.do:
                out(f"{'':<23} → {one.do}")
    return 1 if any(one.health is Health.FAILED for one in found) else 0


def _terminal() -> list[Finding]:
    size = shutil.get_terminal_size()
    term = os.environ.get("TERM", "")
    encoding = locale.getpreferredencoding(False)
    colours = "true colour" if os.environ.get("COLORTERM") in ("truecolor", "24bit") else term
    seen = f"{size.columns}×{size.lines}, {colours or 'unknown type'}, {encoding}"
    if not sys.stdout.isatty():
        return [ok("terminal", "none: this output goes to a file or a pipe")]
    if size.columns < 60 or size.lines < 16:
        return [warning("terminal", seen, "60×16 is the least that shows everything.")]
    if encoding.lower().replace("-", "") != "utf8":
        return [warning("terminal", seen, "Set a UTF-8 locale, or signs will look odd.")]
    inside = "; inside tmux, copying needs set-clipboard on" if os.environ.get("TMUX") else ""
    return [ok("terminal", seen + inside)]


def _journal(directory: Path | None = None) -> Finding:
    where = directory or journal_directory()
    if not (where / FILE).exists():
        if os.access(_existing(where), os.W_OK):
            return ok("journal", f"none yet; {where} can be made")
        return failed("journal", f"{where} cannot be made", "Make it writable for you.")
    try:
        instance = Instance(where)
        journal, notice = Journal.open(where, instance, SystemClock().now())
        count = len(journal.open_restores())
        journal.close()
        instance.close()
    except (JournalError, OSError) as error:
        return failed("journal", str(error), "Nothing can be restored until it can be written.")
    if notice:
        return warning("journal", notice, "Look at the file that was set aside.")
    mode = stat.S_IMODE((where / FILE).stat().st_mode)
    if mode & 0o077:
        return warning("journal", f"{where / FILE} is readable by others", "chmod 600 it.")
    return ok("journal", f"{where / FILE}, {count} open restores")


def _existing(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


async def _cloud(settings: CloudSettings) -> list[Finding]:
    found = await look_at_way(settings.auth_url, settings.trust, SystemClock().now())
    if any(one.health is Health.FAILED for one in found):
        return found
    connection = CloudConnection(settings, ask=_ask)
    try:
        found += await _log_in(connection, settings)
    finally:
        await connection.aclose()
    return found


async def _ask(question: SecretQuestion) -> str | None:
    return await asyncio.to_thread(ask_on_terminal, question)


async def _log_in(connection: CloudConnection, settings: CloudSettings) -> list[Finding]:
    try:
        projects = await connection.projects()
    except CloudError as error:
        return [_refused("log-in", error)]
    found = [ok("log-in", f"as {connection.user or 'the user'}, {len(projects)} projects")]
    if connection.insecure:
        found.append(warning("protection", connection.insecure, "Only for practice clouds."))
    wanted = settings.project_name or settings.project_id
    chosen = [one for one in projects if wanted in (one.name, one.id)] or list(projects[:1])
    if wanted and not any(wanted in (one.name, one.id) for one in projects):
        names = ", ".join(one.name for one in projects[:8])
        do = f"Name one of: {names}."
        return [*found, failed("project", f"{wanted} is not among this user's projects", do)]
    if not chosen:
        do = "Ask for a role in a project."
        return [*found, failed("project", "this user has none", do)]
    return [*found, *await _project(connection, chosen[0])]


async def _project(connection: CloudConnection, project: Project) -> list[Finding]:
    try:
        provider = await connection.open(project)
    except CloudError as error:
        return [_refused("project", error)]
    found = [ok("project", f"{project.name} ({project.id})")]
    found += [ok("endpoint", f"{name} {url} ({why})") for name, url, why in provider.endpoints]
    for step, pages in (("backups", provider.backups()), ("volumes", provider.volumes())):
        try:
            count = 0
            async for rows in pages:
                count = len(rows)
                break
        except CloudError as error:
            found.append(_refused(step, error))
        else:
            found.append(ok(step, f"can be listed, {count} on the first page"))
    found.append(ok("restore", "not tried; it needs the role VBS Administrator (or its like) here"))
    return found


def _refused(step: str, error: CloudError) -> Finding:
    failure = error.failure
    do = failure.hint
    if not do and failure.code:
        do = explain(failure.code).remedy
    if not do and failure.status:
        do = explain_status(failure.status).remedy
    what = failure.code or (f"HTTP {failure.status}" if failure.status else failure.kind.value)
    seen = f"{failure.what}: {what} {failure.message}".strip()
    return failed(step, seen, do or "Look at the request log of the console (L).")
