"""The clouds and regions to choose from, as rows of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from vbs_tui.text import clean


@dataclass(frozen=True, slots=True)
class Choice:
    """One cloud in one region. All texts but the raw ones are clean."""

    cloud: str
    region: str
    host: str
    log_in: str
    project: str
    used_at: datetime | None
    """When any region of the cloud was used last."""
    fault: str = ""
    """Why it cannot be chosen; empty when it can."""
    raw_cloud: str = ""
    """Its name in the configuration, by which it is opened: never shown, never cleaned."""
    raw_region: str = ""
    user: str = ""
    insecure: str = ""
    """What is not protected there, in a word or two; empty for nothing."""
    is_read_only: bool = False
    used_in: Mapping[str, datetime] = field(default_factory=dict)
    """When which region of the cloud was used last."""
    is_apart: bool = False
    """Whether the configuration has settings for this region alone."""
    is_unlisted: bool = False
    """Whether environment variables alone configure it."""
    is_open: bool = False
    is_near: bool = False
    """Whether it is another region of the log-in that is open."""


class CloudsUnreadable(Exception):  # noqa: N818 - the configuration's fault, not the program's
    """The choices cannot be read; the text says why and is clean."""


@dataclass(frozen=True, slots=True)
class OpenCloud:
    """The cloud that is open while another one is chosen."""

    name: str
    raw_name: str
    region: str
    """As the cloud calls it; empty when it has none, or none is known yet."""
    regions: tuple[str, ...]
    """All that its log-in could work in, as the cloud calls them."""


def mark_open_cloud(choices: Sequence[Choice], opened: OpenCloud) -> list[Choice]:
    """*choices* with the open one marked, and with all regions of the open cloud."""
    own = [one for one in choices if one.raw_cloud == opened.raw_name]
    if not own:
        # Configured by variables: no file has it.
        own = [Choice(opened.name, "", "", "", "", None, raw_cloud=opened.raw_name)]
    found: list[Choice] = []
    for choice in choices:
        if choice.raw_cloud != opened.raw_name:
            found.append(choice)
        elif own:
            found += _own_rows(own, opened)
            own = []
    return found if not own else [*_own_rows(own, opened), *found]


def _own_rows(own: Sequence[Choice], opened: OpenCloud) -> list[Choice]:
    """A row for each configured region, then for each other one that the cloud has."""
    named = [one for one in own if one.raw_region]
    # A region with settings of its own, such as addresses, is opened like another cloud.
    near = () if any(one.is_apart for one in own) else opened.regions
    told = dict.fromkeys([*near, *([opened.region] if opened.region else [])])
    known = {one.raw_region for one in named}
    rows = named + [
        replace(
            own[0],
            region=clean(name, 64),
            raw_region=name,
            used_at=own[0].used_in.get(name),
            is_apart=False,
        )
        for name in told
        if name not in known
    ]
    rows = rows or list(own)
    # During the log-in the region is not known yet; where there is only one row, it is that.
    is_sole = not opened.region and len(rows) == 1
    return [
        replace(
            one,
            is_open=is_sole or one.raw_region == opened.region,
            is_near=one.raw_region in near,
        )
        for one in rows
    ]
