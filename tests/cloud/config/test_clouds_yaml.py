"""Clouds as the openstack client's own files describe them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vbs_tui.cloud.auth.credentials import (
    AccessKeyCredentials,
    ApplicationCredentials,
    PasscodeCredentials,
    PasswordCredentials,
    TokenCredentials,
    User,
)
from vbs_tui.cloud.auth.plugins.loading import PluginCredentials
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.config.clouds_yaml import ConfigurationError, cloud_names, settings_for
from vbs_tui.cloud.secrets import Secret
from vbs_tui.commands.support.cloud_choice import settings_for as named_settings

CLOUDS = """\
clouds:
  prod:
    auth:
      auth_url: https://iam.example.test/v3
      username: jane
      user_domain_name: ops
      project_name: eu-de_prod
      project_domain_name: ops
    regions: [eu-de, eu-nl]
    interface: internal
    cacert: /etc/ca.pem
    cert: /etc/me.pem
    key: /etc/me.key
    vbs_endpoint_override: https://vbs.example.test/v2/%(project_id)s
    block_storage_endpoint_override: https://evs.example.test/v3/abc
  keys: {auth: {auth_url: "https://iam.example.test", ak: AKID, sk: hush}}
  keys-b:
    auth: {auth_url: "https://iam.example.test", access_key: AKID, secret_key: hush}
    signature_form: credential
  token:
    auth_type: v3token
    auth: {auth_url: "https://iam.example.test", token: gAAAA}
  app:
    auth_type: v3applicationcredential
    auth:
      auth_url: https://iam.example.test
      application_credential_id: abc
      application_credential_secret: hush
  totp:
    auth_type: v3totp
    auth: {auth_url: "https://iam.example.test", username: j, user_domain_id: d, passcode: "1"}
  multi:
    auth_type: v3multifactor
    auth_methods: [v3password, v3totp]
    auth: {auth_url: "https://iam.example.test", username: j, user_domain_id: d, password: hush}
  oidc:
    auth_type: v3oidcpassword
    verify: false
    auth:
      auth_url: https://iam.example.test
      username: j
      password: hush
      identity_provider: corp
      protocol: openid
      client_id: console
      client_secret: hush
      access_token_endpoint: https://idp.example.test/token
  half: {auth: {auth_url: "https://iam.example.test", ak: AKID}}
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    secure = "clouds: {prod: {auth: {password: ' from secure '}}}\n"
    (tmp_path / "secure.yaml").write_text(secure)
    return {
        "OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml"),
        "OS_CLIENT_SECURE_FILE": str(tmp_path / "secure.yaml"),
    }


def test_everything_a_file_says_arrives(env: dict[str, str]) -> None:
    made = settings_for("prod", "eu-nl", env)
    assert (made.name, made.region, made.interface) == ("prod", "eu-nl", "internal")
    assert (made.project_name, made.project_domain_name) == ("eu-de_prod", "ops")
    assert (made.cacert, made.verify) == ("/etc/ca.pem", True)
    assert (made.client_cert, made.client_key) == ("/etc/me.pem", "/etc/me.key")
    assert made.endpoint_overrides == {
        "vbs": "https://vbs.example.test/v2/%(project_id)s",
        "evs": "https://evs.example.test/v3/abc",
    }
    assert isinstance(made.credentials, PasswordCredentials)
    assert made.credentials.password == Secret(" from secure ")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("keys", AccessKeyCredentials),
        ("token", TokenCredentials),
        ("app", ApplicationCredentials),
        ("totp", PasscodeCredentials),
        ("multi", PasscodeCredentials),
        ("oidc", PluginCredentials),
    ],
)
def test_each_way_to_log_in(name: str, kind: type, env: dict[str, str]) -> None:
    made = settings_for(name, None, env)
    assert isinstance(made.credentials, kind)
    assert "hush" not in repr(made)


def test_second_form_of_the_signature_is_an_option(env: dict[str, str]) -> None:
    forms = [settings_for(name, None, env).credentials for name in ("keys", "keys-b")]
    assert [form.scoped for form in forms if isinstance(form, AccessKeyCredentials)] == [
        False,
        True,
    ]


def test_list_names_clouds_and_holds_no_secret(env: dict[str, str]) -> None:
    found = {cloud.name: cloud for cloud in cloud_names(env)}
    assert list(found)[:2] == ["prod", "keys"]
    assert found["prod"].regions == ("eu-de", "eu-nl")
    assert (found["prod"].auth_host, found["prod"].project) == ("iam.example.test", "eu-de_prod")
    assert "hush" not in repr(found)


def test_missing_key_is_named(env: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"'half'.*sk"):
        settings_for("half", None, env)
    with pytest.raises(ConfigurationError, match=r"'nope'; configured are: prod"):
        settings_for("nope", None, env)


def test_consent_to_unchecked_certificates_is_read(env: dict[str, str]) -> None:
    assert not settings_for("oidc", None, env).verify


def test_broken_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").write_text("clouds:\n  a:\n    password: 'topsecret\n  b: ]\n")
    with pytest.raises(ConfigurationError) as caught:
        cloud_names({"OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml")})
    assert caught.value.file.endswith("clouds.yaml")
    assert caught.value.line is not None
    assert "topsecret" not in str(caught.value)


def test_variables_alone_make_a_cloud(tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").write_text("clouds: {}\n")
    made = settings_for(
        None,
        None,
        {
            "OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml"),
            "OS_AUTH_URL": "https://iam.example.test/v3",
            "OS_USERNAME": "jane",
            "OS_PASSWORD": "hush",
            "OS_USER_DOMAIN_NAME": "ops",
            "OS_PROJECT_NAME": "eu-de",
        },
    )
    assert (made.auth_url, made.name) == ("https://iam.example.test/v3", "")
    assert made.project_name == "eu-de"
    assert isinstance(made.credentials, PasswordCredentials)
    assert made.credentials.user.name == "jane"


def test_cloud_of_the_variable_and_vendor_profile(tmp_path: Path) -> None:
    path = tmp_path / "clouds.yaml"
    auth = "{username: j, user_domain_name: d, password: p}"
    path.write_text(f"clouds:\n  x: {{profile: otc, auth: {auth}}}\n  y: {{auth: {auth}}}\n")
    made = settings_for(None, None, {"OS_CLIENT_CONFIG_FILE": str(path), "OS_CLOUD": "x"})
    assert made.auth_url.startswith("https://iam.eu-de.otc.t-systems.com")
    assert made.region == "eu-de"


def cloud(tmp_path: Path, text: str, **env: str) -> CloudSettings:
    path = tmp_path / "clouds.yaml"
    path.write_text(f"clouds:\n  x:\n    {text}\n")
    return settings_for("x", None, {"OS_CLIENT_CONFIG_FILE": str(path), **env})


def user_of(made: CloudSettings) -> User:
    assert isinstance(made.credentials, PasswordCredentials)
    return made.credentials.user


@pytest.mark.parametrize(
    ("keys", "domain"),
    [
        ("", User("j", domain_id="default", is_domain_assumed=True)),
        (", user_domain_name: a, default_domain_id: b", User("j", domain_name="a")),
        (", user_domain_id: a, default_domain_name: b", User("j", domain_id="a")),
        (", default_domain_id: b", User("j", domain_id="b")),
        (", default_domain_name: b", User("j", domain_name="b")),
        (", domain_name: c, project_name: p", User("j", domain_name="c")),
        (", user_id: u", User("j", "u")),
    ],
)
def test_domain_of_the_user(keys: str, domain: User, tmp_path: Path) -> None:
    made = cloud(tmp_path, f"auth: {{auth_url: 'https://i.test', username: j{keys}}}")
    assert user_of(made) == domain


def test_domain_to_assume_is_the_openstack_clients(tmp_path: Path) -> None:
    text = "{default_domain: other, auth: {auth_url: 'https://i.test', username: j}}"
    assert user_of(cloud(tmp_path, text)).domain_id == "default"
    made = user_of(cloud(tmp_path, text, OS_DEFAULT_DOMAIN="mine"))
    assert (made.domain_id, made.is_domain_assumed) == ("mine", True)


@pytest.mark.parametrize(
    ("keys", "interface", "region"),
    [
        ("interface: [internal, publicURL]", "internal,public", ""),
        ("interface: public, volume_interface: internal", "internal", ""),
        ("endpoint_type: adminURL", "admin", ""),
        ("region_name: r, block_storage_region_name: s", "public", "s"),
    ],
)
def test_interfaces_and_regions(keys: str, interface: str, region: str, tmp_path: Path) -> None:
    made = cloud(tmp_path, f"{{{keys}, auth: {{auth_url: 'https://i.test', username: j}}}}")
    assert (made.interface, made.region) == (interface, region)


def test_bundle_of_authorities_by_variable(tmp_path: Path) -> None:
    text = "{auth: {auth_url: 'https://i.test', username: j}}"
    env = {"CURL_CA_BUNDLE": "/curl.pem"}
    assert cloud(tmp_path, text, **env).cacert == "/curl.pem"
    env |= {"REQUESTS_CA_BUNDLE": "/requests.pem"}
    assert cloud(tmp_path, text, **env).cacert == "/requests.pem"
    text = "{cacert: /own.pem, auth: {auth_url: 'https://i.test', username: j}}"
    assert cloud(tmp_path, text, **env).cacert == "/own.pem"


def test_braces_in_a_secret_are_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="braces") as caught:
        cloud(tmp_path, "{client_secret: 'a{topsecret}', auth: {auth_url: 'https://i.test'}}")
    assert "topsecret" not in str(caught.value)


def test_a_trust_is_left_to_keystoneauth(tmp_path: Path) -> None:
    text = "{auth: {auth_url: 'https://i.test', username: j, password: p, trust_id: t}}"
    assert isinstance(cloud(tmp_path, text).credentials, PluginCredentials)


def test_a_file_without_clouds_has_none(tmp_path: Path) -> None:
    path = tmp_path / "clouds.yaml"
    for text in ("", "clouds: {}\n"):
        path.write_text(text)
        assert cloud_names({"OS_CLIENT_CONFIG_FILE": str(path)}) == ()
    path.write_text("clouds: {defaults: {auth: {auth_url: 'https://i.test'}}}\n")
    assert [one.name for one in cloud_names({"OS_CLIENT_CONFIG_FILE": str(path)})] == ["defaults"]


def test_a_key_beside_a_user_is_for_other_services(tmp_path: Path) -> None:
    text = "{auth: {auth_url: 'https://i.test', username: j, password: p}, ak: AKID, sk: hush}"
    made = cloud(tmp_path, text).credentials
    assert isinstance(made, PasswordCredentials)
    assert made.password == Secret("p")


OF_REGION = "[{name: r, values: {password: ' yes '}}]}"
BESIDE = (
    "{auth: {auth_url: 'https://i.test', username: j, password: no}, password: ' yes '}",
    "{auth: {auth_url: x, username: x, password: ' yes '}, auth_url: https://i.test, username: j}",
    "{auth: {auth_url: https://i.test, username: j, password: x}, regions: " + OF_REGION,
)


@pytest.mark.parametrize("text", BESIDE)
def test_what_stands_beside_auth_counts(text: str, tmp_path: Path) -> None:
    made = cloud(tmp_path, text)
    assert made.auth_url == "https://i.test"
    assert isinstance(made.credentials, PasswordCredentials)
    assert made.credentials.user.name == "j"
    assert made.credentials.password == Secret(" yes ")


def test_what_stands_beside_auth_counts_for_plugins(tmp_path: Path) -> None:
    text = CLOUDS.replace("    auth_type: v3oidcpassword\n", OIDC_BESIDE)
    path = tmp_path / "clouds.yaml"
    path.write_text(text)
    made = settings_for("oidc", None, {"OS_CLIENT_CONFIG_FILE": str(path)}).credentials
    assert isinstance(made, PluginCredentials)
    plugin, _ = made.make("")
    assert plugin.password == "beside"
    assert plugin.username == "j"


OIDC_BESIDE = "    auth_type: v3oidcpassword\n    password: beside\n"


def test_a_trust_assumes_the_domain_that_the_openstack_client_assumes(tmp_path: Path) -> None:
    text = "{auth: {auth_url: 'https://i.test', username: j, password: p, trust_id: t}}"
    made = cloud(tmp_path, text).credentials
    assert isinstance(made, PluginCredentials)
    assert made.make("")[0]._user_domain_id == "default"


def test_variables_that_the_openstack_client_takes_for_every_cloud(
    env: dict[str, str],
) -> None:
    more = {"OS_CACERT": "/v/ca", "OS_CERT": "/v/me", "OS_KEY": "/v/key", "OS_INTERFACE": "public"}
    made = settings_for("prod", None, env | more)
    assert (made.cacert, made.client_cert, made.client_key) == ("/v/ca", "/v/me", "/v/key")
    assert made.interface == "public"


@pytest.mark.parametrize("also", [{}, {"OS_NO_CACHE": "1"}, {"OS_VOLUME_ENDPOINT_OVERRIDE": "x"}])
@pytest.mark.parametrize(
    ("variables", "kind"),
    [
        ({"OS_USERNAME": "j", "OS_PASSWORD": "p", "OS_TOKEN": "t"}, PasswordCredentials),
        ({"OS_USERNAME": "j", "OS_PASSWORD": "p", "OS_ACCESS_KEY": "a"}, PasswordCredentials),
        ({"OS_USERNAME": "j", "OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s"}, PasswordCredentials),
        ({"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s"}, AccessKeyCredentials),
        ({"OS_TOKEN": "t"}, TokenCredentials),
        ({"OS_USERNAME": "j", "OS_TOKEN": "t"}, TokenCredentials),
        (
            {"OS_APPLICATION_CREDENTIAL_ID": "a", "OS_APPLICATION_CREDENTIAL_SECRET": " s "},
            ApplicationCredentials,
        ),
    ],
)
def test_variables_mean_the_same_whatever_else_is_set(
    variables: dict[str, str], kind: type, also: dict[str, str], tmp_path: Path
) -> None:
    env = {"OS_AUTH_URL": "https://i.test/v3", "OS_CLIENT_CONFIG_FILE": str(tmp_path / "none")}
    made = named_settings(None, None, {**env, **variables, **also}).credentials
    assert isinstance(made, kind)
    if isinstance(made, ApplicationCredentials):
        assert made.secret == Secret(" s ")


def test_each_region_is_shown_with_its_own_way_in(tmp_path: Path) -> None:
    path = tmp_path / "clouds.yaml"
    auth = {"auth_url": "https://iam.{region_name}.test/v3", "username": "j", "password": "hush"}
    own = {"verify": False, "auth": {"auth_url": "https://else.test", "username": "k"}}
    cloud = {"auth": auth, "regions": ["one", "two", {"name": "three", "values": own}]}
    path.write_text(json.dumps({"clouds": {"prod": cloud}}))
    (found,) = cloud_names({"OS_CLIENT_CONFIG_FILE": str(path)})
    ways = [found.in_region.get(region, found) for region in found.regions]
    assert [one.auth_host for one in ways] == ["iam.one.test", "iam.two.test", "else.test"]
    assert [one.user for one in ways] == ["j", "j", "k"]
    assert [one.insecure for one in ways] == ["", "", "unchecked TLS"]
    assert found.own_regions == {"two", "three"}
    assert "hush" not in repr(found)


def test_the_user_by_its_older_key(tmp_path: Path) -> None:
    found = cloud(tmp_path, "{auth: {auth_url: 'https://i.test', user_name: j, password: p}}")
    assert isinstance(found.credentials, PasswordCredentials)
    assert found.credentials.user.name == "j"
