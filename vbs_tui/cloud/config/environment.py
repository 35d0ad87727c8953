"""Settings from ``OS_*`` variables, as OpenStack's own clients read them.

This is the quick way for what is set most often. Variables and ways to log in that are not known
here are for openstacksdk's own loader, which knows them, and takes a quarter of a second.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from vbs_tui.cloud.auth.credentials import (
    ASSUMED_DOMAIN,
    AccessKeyCredentials,
    ApplicationCredentials,
    Credentials,
    PasscodeCredentials,
    PasswordCredentials,
    TokenCredentials,
    User,
)
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.config.variables import way_of_variables
from vbs_tui.cloud.secrets import Secret

_OVERRIDES = {"vbs": "OS_VBS_ENDPOINT_OVERRIDE", "evs": "OS_EVS_ENDPOINT_OVERRIDE"} | {
    "ecs": "OS_ECS_ENDPOINT_OVERRIDE"
}
_PASSWORDS = frozenset({"password", "v3password"})
_TOKENS = frozenset({"token", "v3token"})
_PASSCODES = frozenset({"v3totp", "v3multifactor"})
_APPLICATIONS = frozenset({"v3applicationcredential", "application_credential"})
_KINDS = _PASSWORDS | _TOKENS | _PASSCODES | _APPLICATIONS
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
    if kind and kind not in _KINDS:
        return False
    if kind == "v3multifactor" and env.get("OS_AUTH_METHODS"):
        return False
    return all(
        _KNOWN.match(name) or _WITHOUT_EFFECT.match(name)
        for name, value in env.items()
        if name.startswith("OS_") and value
    )


def settings_from_environment(env: Mapping[str, str]) -> CloudSettings | MissingVariables:
    """The cloud that *env* names, or exactly what is missing. A password is not: it can be asked.

    Where ``OS_AUTH_TYPE`` does not say which it is, :func:`way_of_variables` does.
    """
    values = {name: value for name, value in env.items() if name.startswith("OS_") and value}
    missing: list[str] = [] if values.get("OS_AUTH_URL") else ["OS_AUTH_URL"]
    credentials = _credentials(values, missing)
    if missing or credentials is None:
        return MissingVariables(tuple(missing))
    verify = values.get("OS_INSECURE", "").strip().lower() not in {"1", "true", "yes", "on"}
    bundle = env.get("REQUESTS_CA_BUNDLE") or env.get("CURL_CA_BUNDLE") or ""
    interface = values.get("OS_INTERFACE") or values.get("OS_ENDPOINT_TYPE") or "public"
    return CloudSettings(
        auth_url=values["OS_AUTH_URL"].strip(),
        credentials=credentials,
        region=values.get("OS_REGION_NAME", ""),
        project_name=values.get("OS_PROJECT_NAME", "") or values.get("OS_TENANT_NAME", ""),
        project_id=values.get("OS_PROJECT_ID", "") or values.get("OS_TENANT_ID", ""),
        project_domain_name=values.get("OS_PROJECT_DOMAIN_NAME", ""),
        project_domain_id=values.get("OS_PROJECT_DOMAIN_ID", ""),
        interface=interface.removesuffix("URL"),
        endpoint_overrides={
            service: values[name] for service, name in _OVERRIDES.items() if name in values
        },
        cacert=values.get("OS_CACERT") or bundle,
        verify=verify,
        client_cert=values.get("OS_CERT", ""),
        client_key=values.get("OS_KEY", ""),
        # As for a cloud of the files: with certificates unchecked, TLS shields nothing.
        allow_plain_http=not verify,
    )


def _credentials(values: Mapping[str, str], missing: list[str]) -> Credentials | None:
    user = _user(values)
    kind = values.get("OS_AUTH_TYPE", "").lower() or way_of_variables(values)
    key_id = values.get("OS_APPLICATION_CREDENTIAL_ID", "")
    key_name = values.get("OS_APPLICATION_CREDENTIAL_NAME", "")
    if kind in _APPLICATIONS:
        return _application(values, missing, user, key_id, key_name)
    if not kind:
        missing += [name for name in ("OS_ACCESS_KEY", "OS_SECRET_KEY") if name not in values]
        token = values.get("OS_SECURITY_TOKEN")
        return AccessKeyCredentials(
            values.get("OS_ACCESS_KEY", "").strip(),
            Secret(values.get("OS_SECRET_KEY", "").strip()),
            Secret(token) if token else None,
        )
    if kind in _TOKENS:
        missing += [] if "OS_TOKEN" in values else ["OS_TOKEN"]
        return TokenCredentials(Secret(values.get("OS_TOKEN", "").strip()))
    _need_user(user, missing)
    text = values.get("OS_PASSWORD")
    password = Secret(text) if text else None
    if kind in _PASSCODES:
        return PasscodeCredentials(user, password, alone=kind == "v3totp")
    return PasswordCredentials(user, password)


def _user(values: Mapping[str, str]) -> User:
    name, user_id = values.get("OS_USERNAME", ""), values.get("OS_USER_ID", "")
    for key in ("OS_USER_DOMAIN", "OS_DOMAIN"):
        domain_id, domain_name = values.get(f"{key}_ID", ""), values.get(f"{key}_NAME", "")
        if domain_id or domain_name:
            return User(name, user_id, domain_name, domain_id)
    assumed = values.get("OS_DEFAULT_DOMAIN") or ASSUMED_DOMAIN
    return User(name, user_id) if user_id else User(name, "", "", assumed, is_domain_assumed=True)


def _application(
    values: Mapping[str, str], missing: list[str], user: User, key_id: str, key_name: str
) -> ApplicationCredentials:
    if "OS_APPLICATION_CREDENTIAL_SECRET" not in values:
        missing.append("OS_APPLICATION_CREDENTIAL_SECRET")
    if not key_id and not key_name:
        missing.append("OS_APPLICATION_CREDENTIAL_ID or OS_APPLICATION_CREDENTIAL_NAME")
    elif not key_id:
        _need_user(user, missing)
    secret = Secret(values.get("OS_APPLICATION_CREDENTIAL_SECRET", ""))
    return ApplicationCredentials(secret, id=key_id, name=key_name, user=user)


def _need_user(user: User, missing: list[str]) -> None:
    if not user.label:
        missing.append("OS_USERNAME or OS_USER_ID")
