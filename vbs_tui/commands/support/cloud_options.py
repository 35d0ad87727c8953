"""The options that name a cloud, for advice that can be run as it is printed."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping

from vbs_tui.cloud.config.variables import Variables
from vbs_tui.commands.support.cloud_choice import NoCloud, Target, configured_clouds
from vbs_tui.restore.journal.records import Restore
from vbs_tui.text import clean


def cloud_options(
    given: argparse.Namespace, target: Target | None, env: Mapping[str, str] = os.environ
) -> list[str]:
    """``--cloud`` and ``--region`` as they lead to *target* again, on this shell or another.

    Without ``--cloud`` where the variables of this shell make the cloud: it has no name then.
    """
    env = Variables(env)
    by_variables = not given.cloud and not env.get("OS_CLOUD") and env.get("OS_AUTH_URL")
    cloud = given.cloud or ""
    if target is not None and not by_variables:
        cloud = target.raw_name
    return _named(cloud, given.region or "")


def cloud_options_of(restore: Restore) -> list[str] | None:
    """The same for the cloud of a restore on record; ``None`` when it is not configured here."""
    try:
        found = [one for one in configured_clouds() if one.name == restore.cloud]
    except NoCloud:
        return None
    if len(found) != 1:
        return None
    return _named(found[0].raw_name, restore.region if len(found[0].regions) > 1 else "")


def _named(cloud: str, region: str) -> list[str]:
    options: list[str] = []
    for name, value in (("--cloud", cloud), ("--region", region)):
        shown = clean(value, 200)
        if value and shown == value:
            options += [f"{name}={value}"] if value.startswith("-") else [name, value]
    return options
