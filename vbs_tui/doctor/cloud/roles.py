"""What a user's roles let expect of a restore, before any is tried."""

from __future__ import annotations

from vbs_tui.cloud.auth.tokens import Grant
from vbs_tui.doctor.finding import Finding, ok, warning

NEEDED = "VBS Administrator (vbs_adm), or one that includes it"

_ENOUGH = frozenset(
    {"vbs administrator", "vbs_adm", "te_admin", "tenant administrator"}
    | {"admin", "member", "_member_", "manager"}
)
_LOOKING = ("viewer", "readonly", "read_only", "reader", "guest", "auditor", "readonlyaccess")


def check_roles(grant: Grant | None) -> list[Finding]:
    """The roles, and whether they are known to suffice. *grant*: ``None`` for access keys."""
    if grant is None:
        return [
            ok("roles", "not told: there is no token, an access key signs each request"),
            ok("restore", f"cannot be known before it is tried; it needs the role {NEEDED}"),
        ]
    if not grant.roles:
        return [
            ok("roles", "the cloud tells none"),
            ok("restore", f"cannot be known before it is tried; it needs the role {NEEDED}"),
        ]
    names = ", ".join(grant.roles[:12]) + (", …" if len(grant.roles) > 12 else "")
    return [ok("roles", names), _restore(grant.roles)]


def _restore(roles: tuple[str, ...]) -> Finding:
    good = [name for name in roles if name.lower() in _ENOUGH]
    if good:
        return ok("restore", f"{good[0]} should suffice; it was not tried")
    if all(_may_only_look(name) for name in roles):
        return warning(
            "restore",
            "this user may look, but most likely not restore",
            f"Ask for the role {NEEDED}, in this project; then log in anew.",
        )
    return ok("restore", f"cannot be known before it is tried; the usual role is {NEEDED}")


def _may_only_look(role: str) -> bool:
    name = role.lower().replace("-", "_")
    return name.endswith(_LOOKING) or name.startswith(_LOOKING)
