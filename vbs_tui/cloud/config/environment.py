"""Settings from ``OS_*`` variables, as OpenStack's own clients read them.

This is the fast way, for the variables that are set most often. All others, and the ways to log in
that need a plugin, are left to openstacksdk's own loader, which takes a quarter of a second.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from vbs_tui.cloud.config.auth_types import BUILT_IN_TYPES, IncompleteLogIn, credentials_of
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.config.keys import add_variables, settings_of
from vbs_tui.cloud.config.variables import auth_type_of_variables

_KNOWN = re.compile(
    r"OS_(AUTH_(TYPE|URL)|USERNAME|USER_ID|PASSWORD|TOKEN|(ACCESS|SECRET)_KEY|SECURITY_TOKEN"
    r"|APPLICATION_CREDENTIAL_(ID|NAME|SECRET)|(USER_|PROJECT_)?DOMAIN_(ID|NAME)|DEFAULT_DOMAIN"
    r"|(PROJECT|TENANT)_(ID|NAME)|REGION_NAME|INTERFACE|ENDPOINT_TYPE|CACERT|INSECURE|CERT|KEY"
    r"|(VBS|EVS|ECS)_ENDPOINT_OVERRIDE|CLIENT_(CONFIG|SECURE)_FILE)\Z"
)
_WITHOUT_EFFECT = re.compile(r"OS_(TEST|STD|LOG|\w+_API_VERSION\Z)")


@dataclass(frozen=True, slots=True)
class MissingVariables:
    """The environment names no cloud, or only half of one."""

    names: tuple[str, ...]
    """What would have to be set; alternatives joined by `` or ``."""

    @property
    def sentence(self) -> str:
        return f"Not set in the environment: {', '.join(self.names)}."


def is_quickly_read(env: Mapping[str, str]) -> bool:
    """Whether :func:`settings_from_environment` knows all that *env* says of its cloud."""
    kind = env.get("OS_AUTH_TYPE", "").lower()
    if kind and kind not in BUILT_IN_TYPES:
        return False
    if kind == "v3multifactor" and env.get("OS_AUTH_METHODS"):
        return False
    return all(
        _KNOWN.match(name) or _WITHOUT_EFFECT.match(name)
        for name, value in env.items()
        if name.startswith("OS_") and value
    )


def settings_from_environment(env: Mapping[str, str]) -> CloudSettings | MissingVariables:
    """The cloud that *env* names, or what is missing. A password is not: it can be asked for."""
    found = {name: value for name, value in env.items() if name.startswith("OS_") and value}
    values: dict[str, Any] = {name[3:].lower(): value for name, value in found.items()}
    values["auth_type"] = values.get("auth_type") or auth_type_of_variables(env)
    values.setdefault("interface", values.get("endpoint_type"))
    add_variables(values, env)
    missing: tuple[str, ...] = () if values.get("auth_url") else ("auth_url",)
    try:
        credentials = credentials_of(values, _no_plugin)
    except IncompleteLogIn as gap:
        missing += gap.keys
    if missing:
        named = (" or ".join(f"OS_{key.upper()}" for key in one.split(" or ")) for one in missing)
        return MissingVariables(tuple(named))
    return settings_of(values, values, credentials)


def _no_plugin(password: str) -> NoReturn:
    """Of the types that :func:`is_quickly_read` accepts, none needs a plugin."""
    raise NotImplementedError
