"""From the keys of a configured cloud to settings, wherever they were configured.

Keys have the names that they have in ``clouds.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vbs_tui.cloud.auth.credentials import Credentials
from vbs_tui.cloud.auth.plugins.loading import PluginCredentials
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.secrets import Secret

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

_VOLUME_PREFIXES = ("block_storage_", "volumev3_", "volumev2_", "volume_", "block_store_", "")
"""What stands before a key that is meant for the service of volumes, the best first."""

_FALSE = frozenset({"false", "0", "no", "off", "n", "f"})
_TRUE = frozenset({"true", "1", "yes", "on", "y", "t"})


def text_of(values: Mapping[str, Any], *names: str) -> str:
    """The first of *names* that has a value, as text without blanks around it; else empty."""
    for name in names:
        value = values.get(name)
        if value not in (None, ""):
            return str(value).strip()
    return ""


def secret_of(values: Mapping[str, Any], name: str) -> Secret | None:
    # Not stripped: blanks may be part of a password.
    value = values.get(name)
    return Secret(str(value)) if value not in (None, "") else None


def is_verified(cloud: Mapping[str, Any]) -> bool:
    """Whether certificates are checked."""
    if str(cloud.get("insecure", "")).strip().lower() in _TRUE:
        return False
    return str(cloud.get("verify", True)).strip().lower() not in _FALSE


def add_variables(cloud: dict[str, Any], env: Mapping[str, str]) -> None:
    """Put variables into *cloud* that the openstack client uses for every cloud."""
    for key in ("cacert", "cert", "key", "interface"):
        if value := env.get(f"OS_{key.upper()}"):
            cloud[key] = value
    # Those of its HTTP library.
    bundle = env.get("REQUESTS_CA_BUNDLE") or env.get("CURL_CA_BUNDLE")
    if bundle and not cloud.get("cacert"):
        cloud["cacert"] = bundle


def settings_of(
    values: Mapping[str, Any],
    cloud: Mapping[str, Any],
    credentials: Credentials | PluginCredentials,
    name: str = "",
) -> CloudSettings:
    """The settings of a cloud called *name*.

    *values*: the keys of ``auth`` and those beside it, with ``auth_url``. *cloud*: those beside it
    alone, since how connections are made is never read from ``auth``.
    """
    auth_url = text_of(values, "auth_url")
    if "://" not in auth_url:
        auth_url = f"https://{auth_url}"  # one of openstacksdk's own profiles lacks it
    cacert, verify = text_of(cloud, "cacert"), is_verified(cloud)
    if isinstance(cloud.get("verify"), str) and "/" in cloud["verify"]:
        cacert, verify = cloud["verify"], True
    overrides: dict[str, str] = {}
    for key, service in _OVERRIDES.items():
        if url := text_of(cloud, f"{key}_endpoint_override", f"{key}_endpoint"):
            overrides.setdefault(service, url)
    return CloudSettings(
        auth_url=auth_url,
        credentials=credentials,
        name=name,
        region=text_of(cloud, *(f"{one}region_name" for one in _VOLUME_PREFIXES)),
        project_name=text_of(values, "project_name", "tenant_name"),
        project_id=text_of(values, "project_id", "tenant_id"),
        project_domain_name=text_of(values, "project_domain_name", "domain_name"),
        project_domain_id=text_of(values, "project_domain_id", "domain_id"),
        interface=_interface(cloud),
        endpoint_overrides=overrides,
        cacert=cacert,
        verify=verify,
        client_cert=text_of(cloud, "cert"),
        client_key=text_of(cloud, "key"),
        # As for the openstack client: where certificates are not checked, TLS protects nothing.
        allow_plain_http=not verify,
    )


def _interface(cloud: Mapping[str, Any]) -> str:
    keys = [f"{one}interface" for one in _VOLUME_PREFIXES]
    value = next((cloud[key] for key in keys if cloud.get(key)), "public")
    several = value if isinstance(value, list) else [value]
    return ",".join(str(one).strip().removesuffix("URL") for one in several)
