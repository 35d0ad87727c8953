"""The identity service's calls: tokens, projects, catalog, version documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vbs_tui.simulator.auth.authenticator import Authenticator, Refusal, Token
from vbs_tui.simulator.http import errors
from vbs_tui.simulator.http.messages import ApiError, Call, Grant, Reply
from vbs_tui.simulator.services.base import Route
from vbs_tui.simulator.world.ids import derived_hex
from vbs_tui.simulator.world.world import Project, User, World

_METHODS = frozenset({"token", "application_credential", "password", "totp"})
_WRONG = "Log-in refused: these credentials do not open this scope."


class IdentityService:
    """IAM of one world. Each method that takes a call answers one route."""

    def __init__(self, world: World, authenticator: Authenticator) -> None:
        self.world = world
        self.authenticator = authenticator

    def routes(self) -> list[Route]:
        """All routes of the service, in the order in which they are matched."""
        rows: list[Route] = [("GET", "/", self.versions)]
        for version in ("/v1", "/v2", "/v3"):
            rows += [("GET", version, self.version), ("GET", f"{version}/", self.version)]
        return [
            *rows,
            ("POST", "/v3/auth/tokens", self.create_token),
            ("GET", "/v3/auth/tokens", self.validate_token),
            ("DELETE", "/v3/auth/tokens", self.revoke_token),
            ("GET", "/v3/auth/projects", self.my_projects),
            ("GET", "/v3/auth/catalog", self.catalog),
            ("GET", "/v3/projects", self.all_projects),
            ("GET", "/v3/users/{user_id}/projects", self.user_projects),
        ]

    def versions(self, call: Call) -> Reply:
        document = _version_document(call, "v3")
        return Reply(300, {"versions": {"values": [document]}})

    def version(self, call: Call) -> Reply:
        return Reply(200, {"version": _version_document(call, call.path.strip("/"))})

    def create_token(self, call: Call) -> Reply:
        """``POST /v3/auth/tokens``."""
        auth = _object(_parsed(call), "auth")
        identity = _object(auth, "identity")
        methods = identity.get("methods")
        if not isinstance(methods, list) or not methods:
            raise _bad_body()
        user, parent, fixed = self._identify(tuple(map(str, methods)), identity)
        project, is_domain = self._scope(user, auth.get("scope"), fixed)
        token = self.authenticator.issue(
            user,
            tuple(map(str, methods)),
            project=project,
            is_domain_scoped=is_domain,
            expires_at=parent.expires_at if parent else None,
        )
        call.authenticated = True
        with_catalog = "nocatalog" not in call.query
        body = {"token": self._describe(token, call, with_catalog=with_catalog)}
        return Reply(201, body, {"X-Subject-Token": token.text})

    def validate_token(self, call: Call) -> Reply:
        self.authorize(call)
        token = self.authenticator.token(call.headers.get("x-subject-token", ""))
        if token is None:
            raise errors.identity(404, "No such token.")
        with_catalog = "nocatalog" not in call.query
        body = {"token": self._describe(token, call, with_catalog=with_catalog)}
        return Reply(200, body, {"X-Subject-Token": token.text})

    def revoke_token(self, call: Call) -> Reply:
        self.authorize(call)
        if not self.authenticator.revoke(call.headers.get("x-subject-token", "")):
            raise errors.identity(404, "No such token.")
        return Reply(204)

    def my_projects(self, call: Call) -> Reply:
        """``GET /v3/auth/projects``."""
        grant = self.authorize(call)
        return self._project_list(call, self._projects_of(grant.user))

    def user_projects(self, call: Call) -> Reply:
        """``GET /v3/users/{user_id}/projects``: one's own, or anybody's for an administrator."""
        grant = self.authorize(call)
        user = self.world.user(call.params["user_id"])
        if grant.user is not user and not grant.user.is_admin:
            raise errors.identity(403, "Another user's projects need an administrator.")
        if user is None:
            raise errors.identity(404, "No such user.")
        return self._project_list(call, self._projects_of(user))

    def all_projects(self, call: Call) -> Reply:
        """``GET /v3/projects``: for administrators, and for access keys, which have no token."""
        grant = self.authorize(call)
        if not grant.user.is_admin and grant.token:
            raise errors.identity(403, "The list of all projects needs an administrator.")
        rows = self.world.projects if grant.user.is_admin else self._projects_of(grant.user)
        name = call.query.get("name")
        return self._project_list(call, [row for row in rows if name in (None, row.name)])

    def catalog(self, call: Call) -> Reply:
        """``GET /v3/auth/catalog``."""
        grant = self.authorize(call)
        project = grant.project
        if project is None:
            raise errors.identity(403, "A catalog needs a token with a project.")
        return Reply(200, {"catalog": _catalog(call, self.world.region, project), "links": {}})

    def authorize(self, call: Call) -> Grant:
        """The grant of the request, or a 401 like the identity service's."""
        grant = self.authenticator.check(call)
        if grant is Refusal.CLOCK_SKEW:
            text = "The time of the signature is too far from the gateway's."
            raise errors.gateway(401, "APIG.0303", text, call.request_id)
        if not isinstance(grant, Grant):
            raise errors.identity(401, "Valid credentials are needed for this.")
        call.authenticated = True
        call.grant = grant
        return grant

    def _identify(
        self, methods: tuple[str, ...], identity: dict[str, Any]
    ) -> tuple[User, Token | None, Project | None]:
        """The user, by all methods of the request, which must agree."""
        users: list[User] = []
        parent: Token | None = None
        fixed: Project | None = None
        for method in dict.fromkeys(methods):
            claim = _object(identity, method) if method in _METHODS else None
            if claim is None:
                raise _bad_body()
            if method == "token":
                parent = self.authenticator.token(str(claim.get("id")))
                if parent is None:
                    raise errors.identity(404, "This is no token, or none any more.")
                users.append(parent.user)
            elif method == "application_credential":
                user, fixed = self._by_credential(claim)
                users.append(user)
            elif method == "password":
                users.append(self._by_password(_object(claim, "user")))
            else:
                users.append(self._by_passcode(_object(claim, "user")))
        user = users[0]
        is_short = user.totp_secret is not None and set(methods) in ({"password"}, {"totp"})
        if is_short or any(one is not user for one in users):
            raise errors.identity(401, _WRONG)
        return user, parent, fixed

    def _by_password(self, claim: dict[str, Any]) -> User:
        user = self._user(claim)
        if user.password != claim.get("password"):
            raise errors.identity(401, _WRONG)
        return user

    def _by_passcode(self, claim: dict[str, Any]) -> User:
        user = self._user(claim)
        if user.totp_secret is None:
            raise errors.identity(401, _WRONG)
        if not self.authenticator.accepts_passcode(user, claim.get("passcode")):
            raise errors.gateway(400, "IAM.1061", "The passcode is not valid.", None)
        return user

    def _by_credential(self, claim: dict[str, Any]) -> tuple[User, Project]:
        for known in self.world.app_credentials:
            user = self.world.user(known.user_id)
            by_id = claim.get("id") == known.id
            owner = claim.get("user")
            by_name = (
                claim.get("name") == known.name
                and isinstance(owner, dict)
                and user is not None
                and user in (self.world.user(str(owner.get("id"))), self._named(owner))
            )
            project = self.world.find_project(known.project_id)
            if (by_id or by_name) and known.secret == claim.get("secret") and user and project:
                return user, project
        raise errors.identity(401, _WRONG)

    def _user(self, claim: dict[str, Any]) -> User:
        user = self.world.user(str(claim["id"])) if claim.get("id") else self._named(claim)
        if user is None:
            raise errors.identity(401, _WRONG)
        return user

    def _named(self, claim: dict[str, Any]) -> User | None:
        if not self._is_our_domain(claim.get("domain")):
            return None
        return self.world.user_named(str(claim.get("name")))

    def _is_our_domain(self, domain: object) -> bool:
        if not isinstance(domain, dict):
            return False
        ours = {"id": self.world.domain_id, "name": self.world.domain_name}
        return any(domain.get(key) == value for key, value in ours.items())

    def _scope(
        self, user: User, scope: object, fixed: Project | None
    ) -> tuple[Project | None, bool]:
        if fixed is not None:
            claim = scope.get("project") if isinstance(scope, dict) else None
            if isinstance(claim, dict) and self._scope_project(user, claim) is not fixed:
                raise errors.identity(401, _WRONG)
            return fixed, False
        if scope in (None, "unscoped") or (isinstance(scope, dict) and "unscoped" in scope):
            return None, False
        if not isinstance(scope, dict):
            raise _bad_body()
        if isinstance(scope.get("project"), dict):
            return self._scope_project(user, scope["project"]), False
        if not self._is_our_domain(scope.get("domain")):
            raise errors.identity(401, _WRONG)
        return None, True

    def _scope_project(self, user: User, claim: dict[str, Any]) -> Project:
        domain = claim.get("domain")
        if domain is not None and not self._is_our_domain(domain):
            raise errors.identity(401, _WRONG)
        for project in self._projects_of(user):
            wanted, known = ("id", project.id) if claim.get("id") else ("name", project.name)
            if claim.get(wanted) == known:
                return project
        raise errors.identity(401, _WRONG)

    def _projects_of(self, user: User) -> list[Project]:
        return [p for p in self.world.projects if p.id in user.project_ids and p.enabled]

    def _project_list(self, call: Call, projects: list[Project]) -> Reply:
        rows = [
            {
                "id": project.id,
                "name": project.name,
                "description": project.description,
                "enabled": project.enabled,
                "is_domain": False,
                "domain_id": self.world.domain_id,
                "parent_id": project.parent_id or self.world.domain_id,
                "links": {"self": f"{call.base_url}/v3/projects/{project.id}"},
            }
            for project in projects
        ]
        links = {"self": call.base_url + call.path, "previous": None, "next": None}
        return Reply(200, {"projects": rows, "links": links})

    def _describe(self, token: Token, call: Call, *, with_catalog: bool) -> dict[str, Any]:
        domain = {"id": self.world.domain_id, "name": self.world.domain_name}
        extras = {"xdomain_id": self.world.domain_name[3:], "xdomain_type": "TSI"}
        body: dict[str, Any] = {
            "methods": list(token.methods),
            "expires_at": _token_time(token.expires_at),
            "issued_at": _token_time(token.issued_at),
            "user": {
                "id": token.user.id,
                "name": token.user.name,
                "password_expires_at": "",
                "domain": {**domain, **extras},
            },
        }
        if token.mfa:
            body["mfa_authn_at"] = _token_time(token.issued_at)
        if token.project is not None:
            project = token.project
            body["project"] = {"id": project.id, "name": project.name, "domain": domain}
            body["roles"] = _roles(token.user)
            if with_catalog:
                body["catalog"] = _catalog(call, self.world.region, project)
        elif token.is_domain_scoped:
            body["domain"] = domain
            body["roles"] = _roles(token.user)
            if with_catalog:
                body["catalog"] = []
        return body


def _roles(user: User) -> list[dict[str, str]]:
    names = ["te_admin"] if user.is_admin else []
    names += ["vbs_adm", "evs_adm"] if user.may_restore else ["readonly"]
    roles = [{"id": derived_hex("role", name), "name": name} for name in names]
    return [*roles, {"id": "0", "name": "op_gated_cce_switch"}]


def _catalog(call: Call, region: str, project: Project) -> list[dict[str, Any]]:
    url, pid = call.base_url, project.id
    entries = [
        ("vbs", "volume-backup", f"{url}/v2/", region),
        ("vbsv2", "vbsv2", f"{url}/v2/{pid}", region),
        ("volumev2", "cinderv2", f"{url}/v2/{pid}", region),
        ("volumev3", "cinderv3", f"{url}/v3/{pid}", region),
        ("evs", "evs", f"{url}/v2/{pid}", region),
        ("volume", "cinder", f"{url}/v2/{pid}", region),
        ("ecs", "ecs", f"{url}/v1/{pid}", region),
        ("identity", "keystone", f"{url}/v3", region),
        ("identity", "keystone", f"{url}/v3", "*"),
    ]
    catalog: dict[tuple[str, str], dict[str, Any]] = {}
    for kind, name, address, where in entries:
        service = catalog.setdefault(
            (kind, name),
            {"type": kind, "name": name, "id": derived_hex("service", kind), "endpoints": []},
        )
        service["endpoints"].append(
            {
                "id": derived_hex("endpoint", kind, where),
                "interface": "public",
                "region": where,
                "region_id": where,
                "url": address,
            }
        )
    return list(catalog.values())


def _version_document(call: Call, version: str) -> dict[str, Any]:
    name = {"v1": "v1.0", "v2": "v2.0"}.get(version, "v3.14")
    return {
        "id": name,
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": f"{call.base_url}/{version}/"}],
        "media-types": [
            {"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}
        ],
    }


def _token_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _parsed(call: Call) -> dict[str, Any]:
    try:
        body = call.json()
    except ValueError:
        raise _bad_body() from None
    if not isinstance(body, dict):
        raise _bad_body()
    return body


def _object(container: dict[str, Any], key: str) -> dict[str, Any]:
    value = container.get(key)
    if not isinstance(value, dict):
        raise _bad_body()
    return value


def _bad_body() -> ApiError:
    return errors.gateway(400, "IAM.0011", "The body of the log-in is not understood.", None)
