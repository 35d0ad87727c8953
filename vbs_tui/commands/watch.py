"""``vbs-tui watch``: one restore, line by line as things happen, until its verdict."""

from __future__ import annotations

import argparse
from concurrent.futures import CancelledError

from vbs_tui.cloud.errors import Failure
from vbs_tui.commands.support.cloud_choice import NoCloud, SeveralClouds, Target, choose_cloud
from vbs_tui.commands.support.cloud_options import cloud_options
from vbs_tui.commands.support.exit_status import CONFIGURATION, INTERRUPTED, UNKNOWN
from vbs_tui.commands.support.failures import (
    journal_failure,
    no_cloud_failure,
    print_failure,
    print_watch_lost,
)
from vbs_tui.commands.support.follower import (
    Follower,
    backend_for,
    print_how_to_follow,
    print_warnings,
)
from vbs_tui.commands.support.formatting import print_no_single_match
from vbs_tui.commands.support.headless_backend import HeadlessBackend
from vbs_tui.commands.support.operator_settings import read_settings, token_directory_for
from vbs_tui.commands.support.process.output import output_failure, print_err
from vbs_tui.commands.support.process.signals import SignalReceived
from vbs_tui.restore.journal.errors import JournalError
from vbs_tui.settings import SettingsError


def run(options: argparse.Namespace) -> int:
    """``vbs-tui watch``: see the exit statuses in ``--help``."""
    try:
        settings = read_settings()
    except SettingsError as error:
        print_failure(no_cloud_failure(error), CONFIGURATION if options.json else None)
        return CONFIGURATION
    why: Failure | None = None
    target: Target | None = None
    try:
        target = choose_cloud(options.cloud, options.region, tokens=token_directory_for(settings))
    except (NoCloud, SeveralClouds) as error:
        why = no_cloud_failure(error)
    print_warnings(settings)
    backend = backend_for(target, settings)
    try:
        with HeadlessBackend(backend, print_err) as headless:
            found = headless.result(backend.find(options.id))
            if len(found) != 1:
                return print_no_single_match(options.id, found, as_json=options.json)
            follower = Follower(headless, found[0], as_json=options.json, why=why)
            if target is not None and not follower.is_over:
                backend.connect()
            try:
                return follower.follow()
            except (KeyboardInterrupt, SignalReceived):
                print_how_to_follow(headless.latest(found[0]), cloud_options(options, target))
                raise
            except (JournalError, CancelledError) as error:
                lost = str(error) or "The program ended."
            except OSError as error:
                if not (trouble := output_failure(error)):
                    raise
                lost = f"Its output cannot be written ({trouble}), so it is not watched any more."
            print_watch_lost(lost, UNKNOWN if options.json else None)
            print_how_to_follow(headless.latest(found[0]), cloud_options(options, target))
            return UNKNOWN
    except JournalError as error:
        failure = journal_failure(JournalError(backend.journal_trouble or str(error)))
        print_failure(failure, CONFIGURATION if options.json else None)
        return CONFIGURATION
    except CancelledError:
        print_watch_lost("The program ended.", CONFIGURATION if options.json else None)
        return CONFIGURATION
    except KeyboardInterrupt:
        return INTERRUPTED
    except SignalReceived as caught:
        return caught.status
