"""Clouds from clouds.yaml, secure.yaml, vendor profiles and ``OS_*``, by openstacksdk's own loader.

The loader costs a quarter of a second to import and blocks: everything here is for a thread.
Source: openstacksdk's ``openstack.config`` (4.x).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from vbs_tui.cloud.auth.credentials import ASSUMED_DOMAIN
from vbs_tui.cloud.config.auth_types import IncompleteLogIn, credentials_of, way_of
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.config.files import ConfigurationError
from vbs_tui.cloud.config.sdk_loader import Loader, guarded, loader
from vbs_tui.cloud.config.variables import Variables, way_of_variables
from vbs_tui.cloud.http.urls import is_plain_http
from vbs_tui.text import clean

__all__ = ["ConfigurationError", "ConfiguredCloud", "cloud_names", "settings_for"]

_OVERRIDES = {
    "vbs": "vbs",
    "volume_backup": "vbs",
    "vbsv2": "vbsv2",
    "evs": "evs",
    "block_storage": "evs",
    "block_store": "evs",
    "volume": "evs",
    "volumev2": "volumev2",
    "volumev3": "volumev3",
    "ecs": "ecs",
    "compute": "ecs",
}
"""``*_endpoint_override`` to the names that this program looks for."""

_VOLUMES = ("block_storage_", "volumev3_", "volumev2_", "volume_", "block_store_")
"""What stands before a key that is meant for the service of volumes alone, the best first."""

_BY_NAME = frozenset({"password", "v3password", "v3totp"})
"""Ways to log in with a user's name, which is unique within a domain only."""

_FALSE = frozenset({"false", "0", "no", "off", "n", "f"})
_TRUE = frozenset({"true", "1", "yes", "on", "y", "t"})


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
    found = guarded(lambda: _cloud_names(env))
    if isinstance(found, ConfigurationError):
        raise found
    return found


def settings_for(name: str | None, region: str | None, env: Mapping[str, str]) -> CloudSettings:
    """The cloud called *name*, else that of ``OS_CLOUD``, of *env*, or the only one.

    *region* overrides the configured one. Raises :class:`ConfigurationError`, with no frame on it
    that holds a secret.
    """
    env = Variables(env)
    made = guarded(lambda: _settings_for(name, region, env))
    if isinstance(made, ConfigurationError):
        raise made
    return made


def _cloud_names(env: Mapping[str, str]) -> tuple[ConfiguredCloud, ...]:
    with _quiet():
        config = loader(env)
        return tuple(_configured(config, name) for name in config.names())


def _settings_for(name: str | None, region: str | None, env: Mapping[str, str]) -> CloudSettings:
    with _quiet():
        config = loader(env)
        chosen = config.chosen(name)
        # The openstack client takes this variable for every cloud.
        region = region or env.get("OS_REGION_NAME") or None
        merged = config.merged(chosen, region)
        values = _flat(merged)
        if chosen == config.envvar_name and not env.get("OS_AUTH_TYPE"):
            values["auth_type"] = way_of_variables(env)
        password = ""
        if not values.get("password") and env.get("OS_PASSWORD"):
            password = values["password"] = env["OS_PASSWORD"]
        # The openstack client passes over the cloud's own key of this name.
        values["default_domain"] = env.get("OS_DEFAULT_DOMAIN")
        _heed_variables(merged, env)
        try:
            credentials = credentials_of(
                values,
                lambda typed: _made(config, chosen, region, _put_in(values, typed or password)),
                allow_plain_http=not _verify(merged),
            )
        except IncompleteLogIn as gap:
            problem = str(gap)
        else:
            return _settings(chosen, merged, values, credentials, config)
    if chosen == config.envvar_name:
        raise ConfigurationError(f"the OS_* variables: {problem}")
    raise ConfigurationError(f"cloud {chosen!r}: {problem}", config.file)


def _flat(merged: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of ``auth`` and those beside it, where variables lie and regions put theirs. As for
    the openstack client, what stands beside is what counts."""
    auth = {key: value for key, value in _mapping(merged.get("auth")).items() if value is not None}
    return {**auth, **{key: value for key, value in merged.items() if value or key not in auth}}


def _put_in(values: Mapping[str, Any], password: str) -> dict[str, Any]:
    """What belongs into ``auth`` for a plugin and does not stand there."""
    found = {key: values[key] for key in _mapping(values.get("auth")) if values.get(key)}
    user_domains = [f"{one}domain_{part}" for one in ("user_", "") for part in ("id", "name")]
    if str(values.get("auth_type", "")).lower() in _BY_NAME and not _text(values, *user_domains):
        # As the openstack client does, for users of a name.
        found["user_domain_id"] = values.get("default_domain") or ASSUMED_DOMAIN
    return found | ({"password": password} if password else {})


def _made(config: Loader, name: str, region: str | None, auth: dict[str, Any]) -> tuple[Any, Any]:
    with _quiet():
        return config.plugin(name, region, auth)


def _heed_variables(merged: dict[str, Any], env: Mapping[str, str]) -> None:
    """Variables that the openstack client takes for every cloud."""
    for key in ("cacert", "cert", "key", "interface"):
        if value := env.get(f"OS_{key.upper()}"):
            merged[key] = value
    # Of its HTTP library.
    bundle = env.get("REQUESTS_CA_BUNDLE") or env.get("CURL_CA_BUNDLE")
    if bundle and not merged.get("cacert"):
        merged["cacert"] = bundle


def _settings(
    name: str,
    merged: Mapping[str, Any],
    values: Mapping[str, Any],
    credentials: Any,
    config: Loader,
) -> CloudSettings:
    where = _text(values, "auth_url")
    if not where:
        raise ConfigurationError(f"cloud {name!r} has no auth_url", config.file)
    if "://" not in where:
        where = f"https://{where}"  # one of openstacksdk's own profiles lacks it
    cacert, verify = _text(merged, "cacert"), _verify(merged)
    if isinstance(merged.get("verify"), str) and "/" in str(merged["verify"]):
        cacert, verify = str(merged["verify"]), True
    return CloudSettings(
        auth_url=where,
        credentials=credentials,
        name="" if name == config.envvar_name else name,
        region=_of_volumes(merged, "region_name"),
        project_name=_text(values, "project_name") or _text(values, "tenant_name"),
        project_id=_text(values, "project_id") or _text(values, "tenant_id"),
        project_domain_name=_text(values, "project_domain_name", "domain_name"),
        project_domain_id=_text(values, "project_domain_id", "domain_id"),
        interface=_interface(merged),
        endpoint_overrides=_overrides(merged),
        cacert=cacert,
        verify=verify,
        client_cert=_text(merged, "cert"),
        client_key=_text(merged, "key"),
        # Consent as the openstack client knows it: with certificates unchecked, TLS shields nothing
        allow_plain_http=not verify,
    )


def _overrides(merged: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, name in _OVERRIDES.items():
        url = _text(merged, f"{key}_endpoint_override") or _text(merged, f"{key}_endpoint")
        if url:
            found.setdefault(name, url)
    return found


def _interface(merged: Mapping[str, Any]) -> str:
    keys = [f"{one}interface" for one in (*_VOLUMES, "")]
    value = next((merged[key] for key in keys if merged.get(key)), "public")
    several = value if isinstance(value, list) else [value]
    return ",".join(str(one).strip().removesuffix("URL") for one in several)


def _of_volumes(merged: Mapping[str, Any], key: str) -> str:
    return _text(merged, *(f"{one}{key}" for one in (*_VOLUMES, "")))


def _verify(merged: Mapping[str, Any]) -> bool:
    if str(merged.get("insecure", "")).strip().lower() in _TRUE:
        return False
    return str(merged.get("verify", True)).strip().lower() not in _FALSE


def _configured(config: Loader, name: str) -> ConfiguredCloud:
    found = guarded(lambda: _described(config, name))
    if isinstance(found, ConfigurationError):
        fault = clean(found.sentence, 300)
        return ConfiguredCloud(clean(name, 100), name, (), "", "", "", fault=fault)
    return found


def _described(config: Loader, name: str) -> ConfiguredCloud:
    regions = config.regions(name)
    whole = _merged_as(config, name, None)
    # A region may have values of its own, and addresses may hold its name.
    parts = {one: _merged_as(config, name, one) for one in regions if one}
    apart = {one: part for one, part in parts.items() if part.way != whole.way}
    return replace(
        whole,
        regions=tuple(one for one in regions if one),
        own_regions=frozenset(one for one, has_own in regions.items() if has_own or one in apart),
        in_region=apart,
    )


def _merged_as(config: Loader, name: str, region: str | None) -> ConfiguredCloud:
    merged = config.merged(name, region)
    values = _flat(merged)
    where = _text(values, "auth_url")
    try:
        host = urlsplit(where if "://" in where else f"https://{where}").hostname or ""
    except ValueError:
        host = ""
    return ConfiguredCloud(
        name=clean(name, 100),
        raw_name=name,
        regions=(),
        auth_url=where,
        auth_host=clean(host, 200),
        log_in=clean(way_of(values), 64),
        project=clean(_text(values, "project_name") or _text(values, "project_id"), 128),
        user=clean(_text(values, "username", "user_name", "user_id"), 128),
        insecure=_insecure(merged, where),
        fault=_fault(name, host),
    )


def _insecure(merged: Mapping[str, Any], where: str) -> str:
    if is_plain_http(where):
        return "plain HTTP"
    return "" if _verify(merged) else "unchecked TLS"


def _fault(name: str, host: str) -> str:
    if not name:
        return "it has no name to open it by"
    return "" if host else "it has no auth_url"


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


def _text(values: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = values.get(name)
        if value not in (None, ""):
            return str(value).strip()
    return ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
