"""``vbs-tui doctor``: checks everything a restore needs, step by step. Sends only reads.

It prints no secret, so that its output can be pasted into a ticket.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.provider import LogInQuestion
from vbs_tui.commands.support import exit_status
from vbs_tui.commands.support.cloud_choice import (
    NoCloud,
    SeveralClouds,
    ask_on_terminal,
    chosen_cloud_name,
    journal_directory,
    settings_for,
)
from vbs_tui.commands.support.failures import for_command_line
from vbs_tui.commands.support.operator_settings import (
    read_only_warning,
    read_settings,
    token_directory_for,
)
from vbs_tui.commands.support.process import environment_cleanup
from vbs_tui.commands.support.process.output import print_folded, print_json, print_out
from vbs_tui.commands.support.process.signals import SignalHandlers, SignalReceived, result_of
from vbs_tui.doctor.configuration import check_configuration
from vbs_tui.doctor.finding import Finding, Health, failed, ok, warning
from vbs_tui.doctor.journal import check_journal
from vbs_tui.doctor.online import check_online
from vbs_tui.doctor.terminal import check_terminal, terminal_as_it_was
from vbs_tui.doctor.token_cache import check_token_cache
from vbs_tui.paths import DirectoryError, NoHomeDirectoryError, config_file
from vbs_tui.restore.event_loop_thread import EventLoopThread
from vbs_tui.settings import SettingsError
from vbs_tui.text import clean
from vbs_tui.threads import in_thread

_INDENT = 24
"""Where the text after sign and step begins."""

_SIGNS = {Health.OK: "ok", Health.WARNING: "warning", Health.FAILED: "FAILED"}


def run(options: argparse.Namespace) -> int:
    """``vbs-tui doctor``: exit 0 all well or warnings only, 1 something failed."""
    found = [*check_terminal(), _journal(), *_settings(), *_variables()]
    status = 0
    try:
        settings = settings_for(chosen_cloud_name(options.cloud), options.region)
    except SeveralClouds as error:
        found.append(failed("configuration", str(error), "Name one of them: --cloud NAME."))
    except NoCloud as error:
        do = "Correct clouds.yaml (or secure.yaml), or the OS_* variables."
        found.append(failed("configuration", " ".join(str(error).split()), error.hint or do))
    else:
        found.append(check_configuration(settings))
        try:
            with terminal_as_it_was():
                _look_for(settings, found, SignalHandlers())
        except KeyboardInterrupt:
            status = exit_status.INTERRUPTED
        except SignalReceived as caught:
            status = caught.status
    if status:
        seen = "interrupted: what is not above was not looked at"
        found.append(failed("end", seen, "Run it again, to its end."))
    found = [replace(one, do=for_command_line(one.do)) for one in found]
    if options.json:
        print_json(
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
    print_folded(lines, _INDENT)
    number = Counter(one.health for one in found)
    warnings = number[Health.WARNING]
    counted = f"{warnings} warning{'' if warnings == 1 else 's'}"
    print_out(f"{number[Health.OK]} ok, {counted}, {number[Health.FAILED]} failed")


def _settings() -> list[Finding]:
    """The operator's own settings, and where tokens are kept by them."""
    try:
        settings = read_settings()
        kept = token_directory_for(settings)
    except DirectoryError as error:
        return [failed("settings", str(error), error.hint)]
    except SettingsError as error:
        do = "Correct it: vbs-tui does not start before (vbs-tui config check)."
        seen = "; ".join(str(error).splitlines())
        return [
            failed("settings", seen, do),
            *check_token_cache(token_directory_for(error.settings)),
        ]
    try:
        path = config_file()
    except NoHomeDirectoryError:
        return [ok("settings", "no home directory, and so no file: the defaults hold")]
    told = ok("settings", clean(path, 400) if path.exists() else "no file, the defaults hold")
    doubt = read_only_warning(settings)
    if doubt:
        told = warning("settings", doubt, "A cloud that is called otherwise is not protected.")
    return [told, *check_token_cache(kept)]


def _journal() -> Finding:
    try:
        return check_journal(journal_directory())
    except DirectoryError as error:
        return failed("journal", str(error), error.hint)


def _variables() -> list[Finding]:
    do = "Look at the file that sets it, its quotes and the ends of its lines (dos2unix)."
    return [warning("variables", one, do) for one in environment_cleanup.warnings()]


def _look_for(settings: CloudSettings, found: list[Finding], signals: SignalHandlers) -> None:
    # Not asyncio.run: at its end it waits for a name server that does not answer.
    thread = EventLoopThread("vbs-doctor")
    signals.install()
    thread.start()
    looking = thread.run(check_online(settings, _ask, found))
    try:
        result_of(looking)
    finally:
        signals.ignore()
        thread.stop(0.5)
        signals.exit_on_next()


async def _ask(question: LogInQuestion) -> str | None:
    # In a thread that Ctrl+C does not wait for.
    return await in_thread(lambda: ask_on_terminal(question))
