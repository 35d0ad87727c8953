"""Settings from the environment, and exactly what is missing from it."""

from __future__ import annotations

import pytest

from vbs_tui.cloud.credentials import (
    AccessKeyCredentials,
    ApplicationCredentials,
    PasscodeCredentials,
    PasswordCredentials,
    TokenCredentials,
)
from vbs_tui.cloud.environment import MissingVariables, settings_from_environment
from vbs_tui.cloud.settings import CloudSettings

BASE = {
    "OS_AUTH_URL": "https://iam.eu-de.otc.t-systems.com/v3",
    "OS_USERNAME": "ops-jane",
    "OS_PASSWORD": "hunter22",
    "OS_USER_DOMAIN_NAME": "OTC00000000001000000317",
}


def settings(**more: str) -> CloudSettings:
    found = settings_from_environment({**BASE, **more, "HOME": "/x"})
    assert isinstance(found, CloudSettings)
    return found


def missing(without: str, **more: str) -> tuple[str, ...]:
    env = {name: value for name, value in {**BASE, **more}.items() if name not in without.split()}
    found = settings_from_environment(env)
    assert isinstance(found, MissingVariables)
    assert all(name in found.sentence for name in found.names)
    return found.names


def test_everything_is_taken_over() -> None:
    found = settings(
        OS_REGION_NAME="eu-de",
        OS_PROJECT_NAME="eu-de_prod",
        OS_PROJECT_DOMAIN_NAME="D",
        OS_CACERT="/ca.pem",
        OS_INTERFACE="internal",
        OS_INSECURE="True",
        OS_VBS_ENDPOINT_OVERRIDE="https://vbs.example/v2",
    )
    assert (found.region, found.project_name, found.project_domain_name) == (
        "eu-de",
        "eu-de_prod",
        "D",
    )
    assert (found.cacert, found.interface, found.verify) == ("/ca.pem", "internal", False)
    assert found.endpoint_overrides == {"vbs": "https://vbs.example/v2"}
    assert isinstance(found.credentials, PasswordCredentials)
    assert found.credentials.user.domain_name == "OTC00000000001000000317"
    assert "hunter22" not in repr(found)


def test_defaults_are_safe() -> None:
    found = settings()
    assert (found.verify, found.interface, found.allow_plain_http) == (True, "public", False)


@pytest.mark.parametrize("text", ["", "0", "false", "no"])
def test_insecure_only_when_said(text: str) -> None:
    assert settings(OS_INSECURE=text).verify is True


def test_what_is_missing_is_named() -> None:
    assert missing("OS_AUTH_URL") == ("OS_AUTH_URL",)
    assert missing("OS_USERNAME") == ("OS_USERNAME or OS_USER_ID",)
    assert missing("OS_USER_DOMAIN_NAME") == ("OS_USER_DOMAIN_NAME or OS_USER_DOMAIN_ID",)
    assert missing(" ".join(BASE)) == (
        "OS_AUTH_URL",
        "OS_USERNAME or OS_USER_ID",
        "OS_USER_DOMAIN_NAME or OS_USER_DOMAIN_ID",
    )
    assert missing("", OS_ACCESS_KEY="a") == ("OS_SECRET_KEY",)
    assert missing("", OS_APPLICATION_CREDENTIAL_ID="a") == ("OS_APPLICATION_CREDENTIAL_SECRET",)


def test_kinds_of_credentials() -> None:
    assert isinstance(settings(OS_TOKEN="t").credentials, TokenCredentials)
    assert isinstance(settings(OS_AUTH_TYPE="v3multifactor").credentials, PasscodeCredentials)
    application = settings(
        OS_APPLICATION_CREDENTIAL_ID="a", OS_APPLICATION_CREDENTIAL_SECRET="s"
    ).credentials
    assert isinstance(application, ApplicationCredentials)
    key = settings(OS_ACCESS_KEY="a", OS_SECRET_KEY="s3cr3t").credentials
    assert isinstance(key, AccessKeyCredentials)
    assert "s3cr3t" not in repr(key)
    asked = settings(OS_PASSWORD="").credentials
    assert isinstance(asked, PasswordCredentials)
    assert asked.password is None
