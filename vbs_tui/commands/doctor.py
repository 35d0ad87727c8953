"""``vbs-tui doctor``: everything a restore needs, looked at step by step. Sends only reads.

No secret is ever in what it prints, so that it can be pasted into a ticket.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.provider import LogInQuestion
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
from vbs_tui.doctor.configuration import check_configuration
from vbs_tui.doctor.finding import Finding, Health, failed, ok, warning
from vbs_tui.doctor.journal import check_journal
from vbs_tui.doctor.online import check_online
from vbs_tui.doctor.terminal import check_terminal, terminal_as_it_was
from vbs_tui.doctor.token_cache import check_token_cache
from vbs_tui.paths import NoHome, NoPlace, config_file
from vbs_tui.restore.event_loop_thread import LoopThread
from vbs_tui.settings import Mistaken
from vbs_tui.text import clean
from vbs_tui.threads import in_thread

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
    found = [*check_terminal(), _journal(), *_settings(), *_variables()]
    status = 0
    try:
        settings = settings_for(meant(options.cloud), options.region)
    except SeveralClouds as error:
        found.append(failed("configuration", str(error), "Name one of them: --cloud NAME."))
    except NoCloud as error:
        do = "Correct clouds.yaml (or secure.yaml), or the OS_* variables."
        found.append(failed("configuration", " ".join(str(error).split()), error.hint or do))
    else:
        found.append(check_configuration(settings))
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
    found = [replace(one, do=for_scripts(one.do)) for one in found]
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
        return [failed("settings", seen, do), *check_token_cache(kept_tokens(error.settings))]
    try:
        path = config_file()
    except NoHome:
        return [ok("settings", "no home directory, and so no file: the defaults hold")]
    told = ok("settings", clean(path, 400) if path.exists() else "no file, the defaults hold")
    doubt = warning_about(settings)
    if doubt:
        told = warning("settings", doubt, "A cloud that is called otherwise is not protected.")
    return [told, *check_token_cache(kept)]


def _journal() -> Finding:
    try:
        return check_journal(journal_directory())
    except NoPlace as error:
        return failed("journal", str(error), error.hint)


def _variables() -> list[Finding]:
    do = "Look at the file that sets it, its quotes and the ends of its lines (dos2unix)."
    return [warning("variables", one, do) for one in environment_cleanup.troubles()]


def _look_for(settings: CloudSettings, found: list[Finding], signals: Signals) -> None:
    # Not asyncio.run: at its end it waits for a name server that does not answer.
    thread = LoopThread("vbs-doctor")
    signals.install()
    thread.start()
    looking = thread.run(check_online(settings, _ask, found))
    try:
        patient(looking)
    finally:
        signals.ignore()
        thread.stop(0.5)
        signals.let_go()


async def _ask(question: LogInQuestion) -> str | None:
    # In a thread that Ctrl+C does not wait for.
    return await in_thread(lambda: ask_on_terminal(question))
