"""Settings from ``OS_*`` variables, as OpenStack's own clients read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vbs_tui.cloud.credentials import (
    AccessKeyCredentials,
    ApplicationCredentials,
    Credentials,
    PasscodeCredentials,
    PasswordCredentials,
    TokenCredentials,
    User,
)
from vbs_tui.cloud.secret import Secret
from vbs_tui.cloud.settings import CloudSettings

_OVERRIDES = {"vbs": "OS_VBS_ENDPOINT_OVERRIDE", "evs": "OS_EVS_ENDPOINT_OVERRIDE"} | {
    "ecs": "OS_ECS_ENDPOINT_OVERRIDE"
}


@dataclass(frozen=True, slots=True)
class MissingVariables:
    """The environment names no cloud, or only half of one."""

    names: tuple[str, ...]
    """What would have to be set; alternatives joined by `` or ``."""

    @property
    def sentence(self) -> str:
        return f"Not set in the environment: {', '.join(self.names)}."


def settings_from_environment(env: Mapping[str, str]) -> CloudSettings | MissingVariables:
    """The cloud that *env* names, or exactly what is missing. A password is not: it can be asked.

    Application credential, access key and token are preferred to user and password, in this order.
    """
    values = {name: value for name, value in env.items() if name.startswith("OS_") and value}
    missing: list[str] = [] if values.get("OS_AUTH_URL") else ["OS_AUTH_URL"]
    credentials = _credentials(values, missing)
    if missing or credentials is None:
        return MissingVariables(tuple(missing))
    return CloudSettings(
        auth_url=values["OS_AUTH_URL"],
        credentials=credentials,
        region=values.get("OS_REGION_NAME", ""),
        project_name=values.get("OS_PROJECT_NAME", "") or values.get("OS_TENANT_NAME", ""),
        project_id=values.get("OS_PROJECT_ID", "") or values.get("OS_TENANT_ID", ""),
        project_domain_name=values.get("OS_PROJECT_DOMAIN_NAME", ""),
        project_domain_id=values.get("OS_PROJECT_DOMAIN_ID", ""),
        interface=values.get("OS_INTERFACE") or values.get("OS_ENDPOINT_TYPE") or "public",
        endpoint_overrides={
            service: values[name] for service, name in _OVERRIDES.items() if name in values
        },
        cacert=values.get("OS_CACERT", ""),
        verify=values.get("OS_INSECURE", "").strip().lower() not in {"1", "true", "yes", "on"},
        client_cert=values.get("OS_CERT", ""),
        client_key=values.get("OS_KEY", ""),
    )


def _credentials(values: Mapping[str, str], missing: list[str]) -> Credentials | None:
    user = User(
        name=values.get("OS_USERNAME", ""),
        id=values.get("OS_USER_ID", ""),
        domain_name=values.get("OS_USER_DOMAIN_NAME", "") or values.get("OS_DOMAIN_NAME", ""),
        domain_id=values.get("OS_USER_DOMAIN_ID", "") or values.get("OS_DOMAIN_ID", ""),
    )
    key_id = values.get("OS_APPLICATION_CREDENTIAL_ID", "")
    key_name = values.get("OS_APPLICATION_CREDENTIAL_NAME", "")
    if key_id or key_name:
        return _application(values, missing, user, key_id, key_name)
    if "OS_ACCESS_KEY" in values or "OS_SECRET_KEY" in values:
        missing += [name for name in ("OS_ACCESS_KEY", "OS_SECRET_KEY") if name not in values]
        token = values.get("OS_SECURITY_TOKEN")
        return AccessKeyCredentials(
            values.get("OS_ACCESS_KEY", ""),
            Secret(values.get("OS_SECRET_KEY", "")),
            Secret(token) if token else None,
        )
    if "OS_TOKEN" in values:
        return TokenCredentials(Secret(values["OS_TOKEN"]))
    _need_user(user, missing)
    text = values.get("OS_PASSWORD")
    password = Secret(text) if text else None
    if "multifactor" in values.get("OS_AUTH_TYPE", "") or "totp" in values.get("OS_AUTH_TYPE", ""):
        return PasscodeCredentials(user, password)
    return PasswordCredentials(user, password)


def _application(
    values: Mapping[str, str], missing: list[str], user: User, key_id: str, key_name: str
) -> ApplicationCredentials:
    if "OS_APPLICATION_CREDENTIAL_SECRET" not in values:
        missing.append("OS_APPLICATION_CREDENTIAL_SECRET")
    if not key_id:
        _need_user(user, missing)
    secret = Secret(values.get("OS_APPLICATION_CREDENTIAL_SECRET", ""))
    return ApplicationCredentials(secret, id=key_id, name=key_name, user=user)


def _need_user(user: User, missing: list[str]) -> None:
    if not user.label:
        missing.append("OS_USERNAME or OS_USER_ID")
    if not user.id and not (user.domain_name or user.domain_id):
        missing.append("OS_USER_DOMAIN_NAME or OS_USER_DOMAIN_ID")
