"""Log-in on another device: an address and a code are shown, the browser may be anywhere.

keystoneauth's plugin asks for the code and waits for its use in one go, and tells the operator on
the terminal. Here it is taken apart in between, so that the question can be put on the screen.
Source: RFC 8628; keystoneauth's ``v3oidcdeviceauthz``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.cloud.secrets import Secret
from vbs_tui.text import clean

_LONGEST_ADDRESS = 400
_LONGEST_INTERVAL = 30
"""Seconds between two looks whether the log-in is done."""

_ADDRESS = re.compile(rf"https?://[!-~]{{1,{_LONGEST_ADDRESS - 8}}}\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What the identity provider gave out to log in with."""

    address: str
    """What to open in a browser, cleaned."""
    code: str
    """What to enter there, cleaned."""
    ends_at: float
    """Until when, in seconds of ``time.time``."""
    payload: Mapping[str, Any] = field(repr=False)
    """What the plugin proves itself with; secret."""

    def is_over(self) -> bool:
        return time.time() >= self.ends_at

    def secrets(self) -> tuple[Secret, ...]:
        """What no answer may say back."""
        return tuple(Secret(value) for value in self.payload.values() if isinstance(value, str))

    def question(self) -> LogInQuestion:
        """How the operator is asked to go there."""
        prompt = "Log in with a browser, on any device"
        return LogInQuestion(QuestionKind.VISIT, prompt, address=self.address, code=self.code)


def is_by_device(plugin: Any) -> bool:
    """Whether *plugin* logs in so."""
    return hasattr(plugin, "device_authorization_endpoint")


def begin(plugin: Any, session: Any) -> DeviceCode:
    """Ask for a code. Blocking. Raises what the plugin raises, and ``ValueError``."""
    payload = dict(type(plugin).get_payload(plugin, session))
    plugin.interval = min(max(plugin.interval, 0), _LONGEST_INTERVAL)
    address = str(plugin.verification_uri or "")
    if not _ADDRESS.match(address):
        raise ValueError("the identity provider names no address that a browser could open")
    return DeviceCode(
        address=clean(address, _LONGEST_ADDRESS),
        code=clean(plugin.user_code, 64),
        ends_at=float(plugin.timeout),
        payload=payload,
    )


def go_on(plugin: Any, session: Any, code: DeviceCode) -> Any:
    """The plugin's access to the cloud, by *code*, which the operator used. Blocking.

    Raises what the plugin raises.
    """
    # In place of a request for another code.
    plugin.get_payload = lambda _: dict(code.payload)
    try:
        return plugin.get_access(session)
    finally:
        del plugin.get_payload
