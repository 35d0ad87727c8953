"""The user's roles: whether they should suffice for a restore."""

from __future__ import annotations

from vbs_tui.cloud.auth.tokens import Grant
from vbs_tui.doctor.finding import Finding, ok, warning

NEEDED_ROLE = "VBS Administrator (vbs_adm), or one that includes it"

_SUFFICIENT = frozenset(
    {"vbs administrator", "vbs_adm", "te_admin", "tenant administrator"}
    | {"admin", "member", "_member_", "manager"}
)
_READ_ONLY = ("viewer", "readonly", "read_only", "reader", "guest", "auditor", "readonlyaccess")


def check_roles(grant: Grant | None) -> list[Finding]:
    """The roles, and whether they are known to suffice. *grant*: ``None`` for access keys."""
    if grant is None:
        return [
            ok("roles", "unknown: there is no token, an access key signs each request"),
            ok("restore", f"cannot be known before it is tried; it needs the role {NEEDED_ROLE}"),
        ]
    if not grant.roles:
        return [
            ok("roles", "the cloud sent none"),
            ok("restore", f"cannot be known before it is tried; it needs the role {NEEDED_ROLE}"),
        ]
    names = ", ".join(grant.roles[:12]) + (", …" if len(grant.roles) > 12 else "")
    return [ok("roles", names), _restore(grant.roles)]


def _restore(roles: tuple[str, ...]) -> Finding:
    sufficient = [name for name in roles if name.lower() in _SUFFICIENT]
    if sufficient:
        return ok("restore", f"{sufficient[0]} should suffice; it was not tried")
    if all(_is_read_only(name) for name in roles):
        return warning(
            "restore",
            "this user can read, but most likely not restore",
            f"Ask for the role {NEEDED_ROLE}, in this project; then log in again.",
        )
    return ok("restore", f"cannot be known before it is tried; the usual role is {NEEDED_ROLE}")


def _is_read_only(role: str) -> bool:
    name = role.lower().replace("-", "_")
    return name.endswith(_READ_ONLY) or name.startswith(_READ_ONLY)
