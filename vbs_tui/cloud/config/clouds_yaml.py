"""Clouds from clouds.yaml, secure.yaml, vendor profiles and ``OS_*``, by openstacksdk's own loader.

The loader takes a quarter of a second to import and blocks: everything here is for a thread.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from vbs_tui.cloud.auth.credentials import ASSUMED_DOMAIN
from vbs_tui.cloud.auth.tokens import mapping
from vbs_tui.cloud.config.auth_types import IncompleteLogIn, credentials_of, label_of
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.config.files import ConfigurationError
from vbs_tui.cloud.config.keys import add_variables, is_verified, settings_of, text_of
from vbs_tui.cloud.config.sdk_loader import Loader, guarded, load
from vbs_tui.cloud.config.variables import Variables, auth_type_of_variables
from vbs_tui.cloud.http.urls import is_plain_http
from vbs_tui.text import clean

T = TypeVar("T")

__all__ = ["ConfigurationError", "ConfiguredCloud", "cloud_names", "settings_for"]

_BY_NAME = frozenset({"password", "v3password", "v3totp"})
"""Ways to log in with a user's name, which is unique within a domain only."""


@dataclass(frozen=True, slots=True)
class ConfiguredCloud:
    """One cloud of the configuration, for a list to choose from; holds no secret."""

    name: str
    """Its name, cleaned to be shown."""
    raw_name: str
    """Its name as it is configured, to open it by; never to be shown."""
    regions: tuple[str, ...]
    """As they are configured; never to be shown as they are."""
    auth_host: str = ""
    """Host of ``auth_url``; empty when there is none."""
    log_in: str = ""
    """How one logs in there, in a word or two."""
    project: str = ""
    user: str = ""
    insecure: str = ""
    """What is not protected on the way there, in two words; empty when all is."""
    own_regions: frozenset[str] = frozenset()
    """The regions that have settings of their own."""
    fault: str = ""
    """Why it cannot be used, in words; empty when nothing is known against it."""
    auth_url: str = field(default="", repr=False)
    """To compare with; it may hold anything, so never to be shown."""
    in_region: Mapping[str, ConfiguredCloud] = field(default_factory=dict)
    """What differs from the above in some of its regions."""

    @property
    def way(self) -> tuple[str, ...]:
        """What makes a log-in another one, or differently protected."""
        return (self.auth_url, self.log_in, self.project, self.user, self.insecure)


def cloud_names(env: Mapping[str, str]) -> tuple[ConfiguredCloud, ...]:
    """The clouds of the files and of *env*, in their order. Raises :class:`ConfigurationError`."""
    env = Variables(env)
    return _without_frames(lambda: _cloud_names(env))


def settings_for(name: str | None, region: str | None, env: Mapping[str, str]) -> CloudSettings:
    """The cloud called *name*, else that of ``OS_CLOUD``, of *env*, or the only one.

    *region* overrides the configured one. Raises :class:`ConfigurationError`, with no frame on it
    that holds a secret.
    """
    env = Variables(env)
    return _without_frames(lambda: _settings_for(name, region, env))


def _without_frames(work: Callable[[], T]) -> T:
    made = guarded(work)
    if isinstance(made, ConfigurationError):
        raise made
    return made


def _cloud_names(env: Mapping[str, str]) -> tuple[ConfiguredCloud, ...]:
    with _quiet():
        config = load(env)
        return tuple(_configured(config, name) for name in config.names())


def _settings_for(name: str | None, region: str | None, env: Mapping[str, str]) -> CloudSettings:
    with _quiet():
        config = load(env)
        chosen = config.chosen(name)
        # The openstack client takes this variable for every cloud.
        region = region or env.get("OS_REGION_NAME") or None
        merged = config.merged(chosen, region)
        values = _flat(merged)
        is_of_variables = chosen == config.envvar_name
        if is_of_variables and not env.get("OS_AUTH_TYPE"):
            values["auth_type"] = auth_type_of_variables(env)
        password = ""
        if not values.get("password") and env.get("OS_PASSWORD"):
            password = values["password"] = env["OS_PASSWORD"]
        # The openstack client ignores the cloud's own key of this name.
        values["default_domain"] = env.get("OS_DEFAULT_DOMAIN")
        add_variables(merged, env)
        try:
            credentials = credentials_of(
                values,
                lambda typed: _made(config, chosen, region, _auth_of(values, typed or password)),
            )
        except IncompleteLogIn as gap:
            problem = str(gap)
        else:
            if not text_of(values, "auth_url"):
                raise ConfigurationError(f"cloud {chosen!r} has no auth_url", config.file)
            return settings_of(values, merged, credentials, "" if is_of_variables else chosen)
    if is_of_variables:
        raise ConfigurationError(f"the OS_* variables: {problem}")
    raise ConfigurationError(f"cloud {chosen!r}: {problem}", config.file)


def _flat(merged: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of ``auth`` and those beside it, where variables and regions put theirs.

    As for the openstack client, those beside it have precedence.
    """
    auth = {key: value for key, value in mapping(merged.get("auth")).items() if value is not None}
    return {**auth, **{key: value for key, value in merged.items() if value or key not in auth}}


def _auth_of(values: Mapping[str, Any], password: str) -> dict[str, Any]:
    """The ``auth`` of a plugin, with what stands elsewhere."""
    found = {key: values[key] for key in mapping(values.get("auth")) if values.get(key)}
    user_domains = [f"{one}domain_{part}" for one in ("user_", "") for part in ("id", "name")]
    if str(values.get("auth_type", "")).lower() in _BY_NAME and not text_of(values, *user_domains):
        # As the openstack client does, for users of a name.
        found["user_domain_id"] = values.get("default_domain") or ASSUMED_DOMAIN
    return found | ({"password": password} if password else {})


def _made(config: Loader, name: str, region: str | None, auth: dict[str, Any]) -> tuple[Any, Any]:
    with _quiet():
        return config.plugin(name, region, auth)


def _configured(config: Loader, name: str) -> ConfiguredCloud:
    found = guarded(lambda: _with_regions(config, name))
    if isinstance(found, ConfigurationError):
        return ConfiguredCloud(clean(name, 100), name, (), fault=clean(found.sentence, 300))
    return found


def _with_regions(config: Loader, name: str) -> ConfiguredCloud:
    regions = {one: has_own for one, has_own in config.regions(name).items() if one}
    whole = _in_region(config, name, None)
    # A region may have values of its own, and addresses may hold its name.
    parts = {one: _in_region(config, name, one) for one in regions}
    different = {one: part for one, part in parts.items() if part.way != whole.way}
    return replace(
        whole,
        regions=tuple(regions),
        own_regions=frozenset(one for one in regions if regions[one] or one in different),
        in_region=different,
    )


def _in_region(config: Loader, name: str, region: str | None) -> ConfiguredCloud:
    merged = config.merged(name, region)
    values = _flat(merged)
    auth_url = text_of(values, "auth_url")
    try:
        host = urlsplit(auth_url if "://" in auth_url else f"https://{auth_url}").hostname or ""
    except ValueError:
        host = ""
    fault = "" if host else "it has no auth_url"
    insecure = "" if is_verified(merged) else "unchecked TLS"
    return ConfiguredCloud(
        name=clean(name, 100),
        raw_name=name,
        regions=(),
        auth_url=auth_url,
        auth_host=clean(host, 200),
        log_in=clean(label_of(values), 64),
        project=clean(text_of(values, "project_name", "project_id"), 128),
        user=clean(text_of(values, "username", "user_name", "user_id"), 128),
        insecure="plain HTTP" if is_plain_http(auth_url) else insecure,
        fault=fault if name else "it has no name to open it by",
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's warnings off the screen, where they would tear the picture."""
    loggers = [logging.getLogger(name) for name in ("openstack", "keystoneauth", "keystoneauth1")]
    for one in loggers:
        if not one.handlers:
            one.addHandler(logging.NullHandler())
        one.propagate = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
