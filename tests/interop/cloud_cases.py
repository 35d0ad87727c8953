"""Ways to write down how to reach one and the same cloud: clouds.yaml, its like, and variables."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """One way to write down how to reach the simulated cloud.

    Texts may hold ``{url}``, ``{root}``, ``{user}``, ``{user_id}``, ``{password}``, ``{domain}``,
    ``{domain_id}``, ``{project}``, ``{project_id}``, ``{other}``, ``{other_id}``, ``{region}``,
    ``{token}``, ``{key_id}``, ``{key_name}``, ``{key_secret}`` and ``{home}``.
    """

    name: str
    cloud: str = ""
    """YAML of the cloud ``x``; the whole file when it begins with ``clouds:`` or ``anchors:``."""
    env: dict[str, str] = field(default_factory=dict)
    secure: str = ""
    public: str = ""
    """clouds-public.yaml."""
    arguments: tuple[str, ...] | None = None
    """The openstack client's; ours follow from them. ``None``: ``--os-cloud x``, if there is x."""
    works: bool = True
    """Whether the openstack client gets its list."""
    ours: bool | None = None
    """Whether the program gets it; ``None``: as the openstack client."""
    password: str = ""
    """Another password for the user."""
    domain_id: str = "default"


AUTH = """\
auth:
  auth_url: {url}
  username: {user}
  password: {password}
  user_domain_name: {domain}
  project_name: {project}
  project_domain_name: {domain}
"""
NO_DOMAIN = """\
auth:
  auth_url: {url}
  username: {user}
  password: {password}
  project_name: {project}
"""
PROFILE = """\
public-clouds: {{mine: {{auth: {{auth_url: '{url}'}}, region_name: '{region}'}}}}
"""


def auth(**changes: str | None) -> str:
    """``AUTH`` with keys replaced, added, or (``None``) left out."""
    keys: dict[str, str | None] = {}
    for line in AUTH.splitlines()[1:]:
        key, _, value = line.strip().partition(": ")
        keys[key] = value
    keys |= changes
    return "auth:\n" + "".join(f"  {k}: {v}\n" for k, v in keys.items() if v is not None)


def variables(**changes: str | None) -> dict[str, str]:
    """``OS_*`` of the cloud, with some replaced, added, or (``None``) left out."""
    found: dict[str, str | None] = {
        "OS_AUTH_URL": "{url}",
        "OS_USERNAME": "{user}",
        "OS_PASSWORD": "{password}",
        "OS_USER_DOMAIN_NAME": "{domain}",
        "OS_PROJECT_NAME": "{project}",
        "OS_PROJECT_DOMAIN_NAME": "{domain}",
        "OS_IDENTITY_API_VERSION": "3",
    }
    found |= changes
    return {name: value for name, value in found.items() if value is not None}


CASES = [
    Case("plain", AUTH),
    Case("without v3", auth(auth_url="{root}")),
    Case("without v3, with slash", auth(auth_url="{root}/")),
    Case("v3 with slash", auth(auth_url="{root}/v3/")),
    Case(
        "domains by id",
        auth(
            user_domain_name=None,
            project_domain_name=None,
            user_domain_id="{domain_id}",
            project_domain_id="{domain_id}",
        ),
        domain_id="0123456789abcdef0123456789abcdef",
    ),
    Case(
        "domain_name for both",
        auth(user_domain_name=None, project_domain_name=None, domain_name="{domain}"),
    ),
    Case(
        "domain_id for both",
        auth(user_domain_name=None, project_domain_name=None, domain_id="{domain_id}"),
    ),
    Case(
        "domain_name at cloud level",
        auth(user_domain_name=None, project_domain_name=None) + "domain_name: '{domain}'\n",
    ),
    Case(
        "default_domain at cloud level",
        NO_DOMAIN + "identity_api_version: 3\ndefault_domain: '{domain_id}'\n",
    ),
    Case(
        "another default_domain at cloud level",
        NO_DOMAIN + "identity_api_version: 3\ndefault_domain: nonesuch\n",
    ),
    Case(
        "default_domain_name in auth",
        auth(user_domain_name=None, project_domain_name=None, default_domain_name="{domain}"),
    ),
    Case(
        "default_domain_id in auth",
        auth(user_domain_name=None, project_domain_name=None, default_domain_id="{domain_id}"),
    ),
    Case(
        "default_domain_id in auth, another than default",
        auth(user_domain_name=None, project_domain_name=None, default_domain_id="{domain_id}"),
        domain_id="0123456789abcdef0123456789abcdef",
    ),
    Case(
        "default_domain_id in auth, another than default, version 3",
        auth(user_domain_name=None, project_domain_name=None, default_domain_id="{domain_id}")
        + "identity_api_version: 3\n",
        domain_id="0123456789abcdef0123456789abcdef",
        works=False,
        ours=True,
    ),
    Case("no domain, version 3", NO_DOMAIN + "identity_api_version: 3\n"),
    Case("no domain, version '3'", NO_DOMAIN + "identity_api_version: '3'\n"),
    Case("no domain, no version", NO_DOMAIN, works=False, ours=True),
    Case(
        "no domain, v3password",
        NO_DOMAIN + "identity_api_version: 3\nauth_type: v3password\n",
    ),
    Case(
        "no domain, another one than default",
        NO_DOMAIN + "identity_api_version: 3\n",
        domain_id="0123456789abcdef0123456789abcdef",
        works=False,
    ),
    Case("no project domain", auth(project_domain_name=None) + "identity_api_version: 3\n"),
    Case("no project domain, no version", auth(project_domain_name=None)),
    Case(
        "user domain named, project domain assumed, another than default",
        auth(project_domain_name=None) + "identity_api_version: 3\n",
        domain_id="0123456789abcdef0123456789abcdef",
        works=False,
        ours=True,
    ),
    Case("project by id", auth(project_name=None, project_id="{other_id}")),
    Case(
        "project by id, no domain of it",
        auth(project_name=None, project_domain_name=None, project_id="{other_id}"),
    ),
    Case("project by name and id", auth(project_name="{other}", project_id="{other_id}")),
    Case("other project", auth(project_name="{other}")),
    Case("user by id", auth(username=None, user_domain_name=None, user_id="{user_id}")),
    Case("no project", auth(project_name=None, project_domain_name=None), works=False, ours=True),
    Case("tenant_name", auth(project_name=None, tenant_name="{other}")),
    Case("tenant_id", auth(project_name=None, tenant_id="{other_id}")),
    Case(
        "dashes",
        "auth:\n  auth-url: {url}\n  username: {user}\n  password: {password}\n"
        "  user-domain-name: {domain}\n  project-name: {project}\n"
        "  project-domain-name: {domain}\n",
    ),
    Case("password", "auth_type: password\n" + AUTH),
    Case("v3password", "auth_type: v3password\n" + AUTH),
    Case("auth_plugin", "auth_plugin: v3password\n" + AUTH),
    Case(
        "token",
        "auth_type: token\nauth: {{auth_url: '{url}', token: '{token}', "
        "project_name: '{project}', project_domain_name: '{domain}'}}\n",
    ),
    Case(
        "v3token",
        "auth_type: v3token\nauth: {{auth_url: '{url}', token: '{token}', "
        "project_id: '{other_id}'}}\n",
    ),
    Case(
        "token without auth_type",
        "auth: {{auth_url: '{url}', token: '{token}', project_id: '{other_id}'}}\n",
        works=False,
    ),
    Case(
        "token with no project domain",
        "auth_type: v3token\nidentity_api_version: 3\n"
        "auth: {{auth_url: '{url}', token: '{token}', project_name: '{other}'}}\n",
        works=False,
        ours=True,
    ),
    Case(
        "application credential",
        "auth_type: v3applicationcredential\nauth: {{auth_url: '{url}', "
        "application_credential_id: {key_id}, application_credential_secret: {key_secret}}}\n",
    ),
    Case(
        "application credential by name",
        "auth_type: v3applicationcredential\nauth: {{auth_url: '{url}', username: {user}, "
        "user_domain_name: '{domain}', application_credential_name: {key_name}, "
        "application_credential_secret: {key_secret}}}\n",
    ),
    Case("unknown auth_type", "auth_type: v3nonesuch\n" + AUTH, works=False),
    Case("interfaces", AUTH + "interface: [internal, public]\n"),
    Case("interface that is not there", AUTH + "interface: internal\n", works=False),
    Case("endpoint_type", AUTH + "endpoint_type: publicURL\n"),
    Case("interface with URL", AUTH + "interface: publicURL\n"),
    Case("volume interface", AUTH + "volume_interface: internal\n", works=False),
    Case("block storage interface", AUTH + "block_storage_interface: internal\n", works=False),
    Case("volume region", AUTH + "region_name: '{region}'\nvolume_region_name: no\n", works=False),
    Case("region", AUTH + "region_name: '{region}'\n"),
    Case("another region", AUTH + "region_name: nowhere\n", works=False),
    Case("regions", AUTH + "regions: ['{region}', nowhere]\n"),
    Case("regions, the other one", AUTH + "regions: [nowhere, '{region}']\n", works=False),
    Case(
        "regions, the other one named",
        AUTH + "regions: [nowhere, '{region}']\n",
        arguments=("--os-cloud", "x", "--os-region-name", "{region}"),
    ),
    Case(
        "region named by variable",
        AUTH + "regions: [nowhere, '{region}']\n",
        env={"OS_REGION_NAME": "{region}"},
    ),
    Case(
        "regions with values",
        auth(project_name=None)
        + "regions:\n- name: '{region}'\n  values: {{auth: {{project_name: '{other}'}}}}\n",
    ),
    Case("region_name with commas", AUTH + "region_name: '{region},nowhere'\n"),
    Case(
        "local profile",
        "profile: mine\n" + auth(auth_url=None),
        public=PROFILE,
    ),
    Case(
        "local profile by the old key",
        "cloud: mine\n" + auth(auth_url=None),
        public=PROFILE,
    ),
    Case("unknown profile", "profile: nonesuch\n" + AUTH),
    Case(
        "secure.yaml",
        auth(password=None),
        secure="clouds: {{x: {{auth: {{password: '{password}'}}}}}}\n",
    ),
    Case("verify false", AUTH + "verify: false\n"),
    Case("insecure", AUTH + "insecure: true\n"),
    Case("insecure as text", AUTH + "insecure: 'True'\n"),
    Case("cacert", AUTH + "cacert: {home}/ca.pem\n"),
    Case("cacert in the home", AUTH + "cacert: ~/ca.pem\n"),
    Case(
        "override with the id in it",
        AUTH + "block_storage_endpoint_override: {root}/v3/{project_id}\n",
    ),
    Case(
        "override with a place for the id",
        AUTH + "block_storage_endpoint_override: {root}/v3/%(project_id)s\n",
        works=False,
        ours=True,
    ),
    Case(
        "volume override",
        AUTH + "volume_endpoint_override: {root}/v3/{project_id}\n",
    ),
    Case("volumev3 override", AUTH + "volumev3_endpoint_override: {root}/v3/{project_id}\n"),
    Case("block-store override", AUTH + "block_store_endpoint_override: {root}/v3/{project_id}\n"),
    Case("volume_endpoint", AUTH + "volume_endpoint: {root}/v3/{project_id}\n"),
    Case("volume_api_version 3", AUTH + "volume_api_version: 3\n"),
    Case("volume_api_version '3'", AUTH + "volume_api_version: '3'\n"),
    Case("volume_api_version 2", AUTH + "volume_api_version: '2'\n", works=False, ours=True),
    Case("volume_service_type", AUTH + "volume_service_type: volumev3\n", works=False, ours=True),
    Case(
        "anchors",
        "anchors: &a\n  auth_url: {url}\n  username: {user}\n  password: {password}\n"
        "  user_domain_name: {domain}\n  project_domain_name: {domain}\n"
        "clouds:\n  x: {{auth: {{<<: *a, project_name: '{other}'}}}}\n",
    ),
    Case("password with blanks", auth(password="' pass  word '"), password=" pass  word "),
    Case("password in other letters", auth(password="pässwörd密"), password="pässwörd密"),
    Case("password with braces", auth(password="'a{{b}}%(c)s$d'"), password="a{b}%(c)s$d"),
    Case("password that is a number", auth(password="12345"), password="12345"),
    Case("number with a nought", auth(password="012345"), password="012345", works=False),
    Case("quoted number", auth(password="'012345'"), password="012345"),
    Case("password by variable", auth(password=None), env={"OS_PASSWORD": "{password}"}),
    Case("no password", auth(password=None), works=False),
    Case("OS_CLOUD", AUTH, env={"OS_CLOUD": "x"}, arguments=()),
    Case("keys at cloud level", AUTH.replace("auth:\n", "").replace("  ", "")),
    Case(
        "auth_url with the region",
        auth(auth_url="{root}/{{region_name}}/../v3") + "region_name: v3\n",
        works=False,
    ),
    Case("wrong password", auth(password="wrong"), works=False),
    Case(
        "JSON",
        'clouds: {{"x": {{"auth": {{"auth_url": "{url}", "username": "{user}", '
        '"password": "{password}", "user_domain_name": "{domain}", '
        '"project_name": "{project}", "project_domain_name": "{domain}"}}}}}}\n',
    ),
    Case("a key beside the user", AUTH + "ak: AKIDFORBUCKETS\nsk: secret-for-buckets\n"),
    Case("a lone access_key beside the user", AUTH + "access_key: AKIDFORBUCKETS\n"),
    Case("password beside auth", auth(password="wrong") + "password: '{password}'\n"),
    Case("user beside auth", auth(username="nobody") + "username: '{user}'\n"),
    Case("address beside auth", auth(auth_url="{root}/none/v3") + "auth_url: '{url}'\n"),
    Case(
        "password of a region",
        auth(password="wrong")
        + "regions: [{{name: '{region}', values: {{password: '{password}'}}}}]\n",
    ),
    Case("another project by its id", auth(project_id="{other_id}")),
    Case("OS_INTERFACE for a named cloud", AUTH, env={"OS_INTERFACE": "internal"}, works=False),
    Case("OS_CACERT for a named cloud", AUTH, env={"OS_CACERT": "{home}/ca.pem"}),
    # No clouds.yaml at all.
    Case("variables", env=variables()),
    Case("variables, no version", env=variables(OS_IDENTITY_API_VERSION=None)),
    Case(
        "variables, no domain",
        env=variables(OS_USER_DOMAIN_NAME=None, OS_PROJECT_DOMAIN_NAME=None),
    ),
    Case(
        "variables, OS_DEFAULT_DOMAIN",
        env=variables(
            OS_USER_DOMAIN_NAME=None,
            OS_PROJECT_DOMAIN_NAME=None,
            OS_DEFAULT_DOMAIN="{domain_id}",
        ),
        domain_id="0123456789abcdef0123456789abcdef",
    ),
    Case(
        "variables, no project domain",
        env=variables(OS_PROJECT_DOMAIN_NAME=None),
    ),
    Case(
        "variables, project by id",
        env=variables(OS_PROJECT_NAME=None, OS_PROJECT_ID="{other_id}"),
    ),
    Case(
        "variables, tenant",
        env=variables(OS_PROJECT_NAME=None, OS_TENANT_NAME="{other}"),
    ),
    Case(
        "variables, user by id",
        env=variables(OS_USERNAME=None, OS_USER_DOMAIN_NAME=None, OS_USER_ID="{user_id}"),
    ),
    Case(
        "variables, token",
        env=variables(
            OS_USERNAME=None,
            OS_PASSWORD=None,
            OS_USER_DOMAIN_NAME=None,
            OS_TOKEN="{token}",
            OS_AUTH_TYPE="token",
        ),
    ),
    Case(
        "variables, token, no auth type",
        env=variables(
            OS_USERNAME=None, OS_PASSWORD=None, OS_USER_DOMAIN_NAME=None, OS_TOKEN="{token}"
        ),
        works=False,
        ours=True,
    ),
    Case(
        "variables, application credential",
        env={
            "OS_AUTH_URL": "{url}",
            "OS_AUTH_TYPE": "v3applicationcredential",
            "OS_APPLICATION_CREDENTIAL_ID": "{key_id}",
            "OS_APPLICATION_CREDENTIAL_SECRET": "{key_secret}",
        },
    ),
    Case("variables, v3password", env=variables(OS_AUTH_TYPE="v3password")),
    Case(
        "variables, left-over application credential",
        env=variables(
            OS_APPLICATION_CREDENTIAL_ID="{key_id}", OS_APPLICATION_CREDENTIAL_SECRET="old"
        ),
    ),
    Case("variables, left-over key", env=variables(OS_ACCESS_KEY="AKID", OS_SECRET_KEY="old")),
    Case("variables, one that nobody knows", env=variables(OS_NO_CACHE="1")),
    Case(
        "variables, unknown auth type",
        env=variables(OS_AUTH_TYPE="v3nonesuch"),
        works=False,
    ),
    Case("variables, endpoint type", env=variables(OS_ENDPOINT_TYPE="publicURL")),
    Case("variables, interface", env=variables(OS_INTERFACE="internal"), works=False),
    Case("variables, region", env=variables(OS_REGION_NAME="{region}")),
    Case(
        "variables, another region",
        env=variables(OS_REGION_NAME="nowhere"),
        works=False,
    ),
    Case("variables, no password", env=variables(OS_PASSWORD=None), works=False),
    Case(
        "variables, blank in the password",
        env=variables(OS_PASSWORD=" p w "),
        password=" p w ",
    ),
    Case("variables, insecure", env=variables(OS_INSECURE="true")),
    Case("variables, cacert", env=variables(OS_CACERT="{home}/ca.pem")),
    Case(
        "variables, override",
        env=variables(OS_BLOCK_STORAGE_ENDPOINT_OVERRIDE="{root}/v3/{project_id}"),
    ),
]
