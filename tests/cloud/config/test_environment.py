"""Settings from the environment, and exactly what is missing from it."""

from __future__ import annotations

import pytest

from vbs_tui.cloud.auth.credentials import (
    AccessKeyCredentials,
    ApplicationCredentials,
    PasscodeCredentials,
    PasswordCredentials,
    TokenCredentials,
    User,
)
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.config.environment import (
    MissingVariables,
    is_quickly_read,
    settings_from_environment,
)
from vbs_tui.cloud.secrets import Secret
from vbs_tui.commands.support.cloud_choice import settings_for as named_settings

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
    assert missing(" ".join(BASE)) == ("OS_AUTH_URL", "OS_USERNAME or OS_USER_ID")
    assert missing("", OS_AUTH_TYPE="v3token") == ("OS_TOKEN",)
    assert missing("OS_USERNAME", OS_ACCESS_KEY="a") == ("OS_SECRET_KEY",)
    lacking = missing("OS_USERNAME", OS_APPLICATION_CREDENTIAL_ID="a")
    assert lacking == ("OS_APPLICATION_CREDENTIAL_SECRET",)


def test_kinds_of_credentials() -> None:
    assert isinstance(settings(OS_PASSWORD="", OS_TOKEN="t").credentials, TokenCredentials)
    assert isinstance(settings(OS_AUTH_TYPE="v3multifactor").credentials, PasscodeCredentials)
    application = settings(
        OS_PASSWORD="", OS_APPLICATION_CREDENTIAL_ID="a", OS_APPLICATION_CREDENTIAL_SECRET="s"
    ).credentials
    assert isinstance(application, ApplicationCredentials)
    key = settings(OS_USERNAME="", OS_ACCESS_KEY="a ", OS_SECRET_KEY="s3cr3t\n").credentials
    assert isinstance(key, AccessKeyCredentials)
    assert (key.access, key.secret) == ("a", Secret("s3cr3t"))
    assert "s3cr3t" not in repr(key)
    asked = settings(OS_PASSWORD="").credentials
    assert isinstance(asked, PasswordCredentials)
    assert asked.password is None


@pytest.mark.parametrize(
    "left_over",
    [
        {"OS_TOKEN": "t"},
        {"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s"},
        {"OS_APPLICATION_CREDENTIAL_ID": "a", "OS_APPLICATION_CREDENTIAL_SECRET": "s"},
    ],
)
def test_a_user_with_a_password_is_one_whatever_is_left_over(left_over: dict[str, str]) -> None:
    found = settings(**left_over).credentials
    assert isinstance(found, PasswordCredentials)
    assert found.password == Secret("hunter22")


@pytest.mark.parametrize(
    ("more", "user"),
    [
        ({}, User("j", domain_id="default", is_domain_assumed=True)),
        ({"OS_DEFAULT_DOMAIN": "d"}, User("j", domain_id="d", is_domain_assumed=True)),
        ({"OS_DOMAIN_NAME": "d"}, User("j", domain_name="d")),
        ({"OS_USER_DOMAIN_NAME": "a", "OS_DOMAIN_ID": "b"}, User("j", domain_name="a")),
        ({"OS_USER_ID": "u"}, User("j", "u")),
    ],
)
def test_domain_of_the_user(more: dict[str, str], user: User) -> None:
    env = {"OS_AUTH_URL": "https://i.test", "OS_USERNAME": "j", **more}
    found = settings_from_environment(env)
    assert isinstance(found, CloudSettings)
    assert isinstance(found.credentials, PasswordCredentials)
    assert found.credentials.user == user


@pytest.mark.parametrize("kind", ["password", "v3password"])
def test_the_auth_type_decides_where_it_is_set(kind: str) -> None:
    found = settings(OS_AUTH_TYPE=kind, OS_TOKEN="t", OS_APPLICATION_CREDENTIAL_ID="a")
    assert isinstance(found.credentials, PasswordCredentials)
    alone = settings(OS_AUTH_TYPE="v3totp").credentials
    assert isinstance(alone, PasscodeCredentials)
    assert alone.alone


def test_consent_and_authorities() -> None:
    assert settings(OS_INSECURE="true").allow_plain_http
    assert settings(REQUESTS_CA_BUNDLE="/b.pem").cacert == "/b.pem"
    assert settings(REQUESTS_CA_BUNDLE="/b.pem", OS_CACERT="/own.pem").cacert == "/own.pem"
    assert settings(OS_ENDPOINT_TYPE="internalURL").interface == "internal"


@pytest.mark.parametrize(
    ("more", "quickly"),
    [
        ({}, True),
        ({"OS_IDENTITY_API_VERSION": "3", "OS_LOG_FILE": "x", "OS_UNSET": ""}, True),
        ({"OS_AUTH_TYPE": "v3oidcpassword"}, False),
        ({"OS_CLIENT_SECRET": "s"}, False),
        ({"OS_BLOCK_STORAGE_ENDPOINT_OVERRIDE": "https://e.test"}, False),
        ({"OS_AUTH_TYPE": "v3multifactor", "OS_AUTH_METHODS": "v3password"}, False),
    ],
)
def test_what_is_unknown_is_left_to_the_loader(more: dict[str, str], quickly: bool) -> None:
    assert is_quickly_read({**BASE, **more, "HOME": "/x"}) is quickly


def test_region_of_the_command_line_wins() -> None:
    assert named_settings(None, "eu-nl", {**BASE, "OS_REGION_NAME": "eu-de"}).region == "eu-nl"
    assert named_settings(None, None, {**BASE, "OS_REGION_NAME": "eu-de"}).region == "eu-de"
