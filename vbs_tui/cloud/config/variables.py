"""The environment, in a form that does not show its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class Variables(Mapping[str, str]):
    """An environment that shows none of its values, not even in a traceback with locals."""

    __slots__ = ("_env",)

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def __getitem__(self, name: str) -> str:
        return self._env[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._env)

    def __len__(self) -> int:
        return len(self._env)


def auth_type_of_variables(env: Mapping[str, str]) -> str:
    """The ``auth_type`` that the ``OS_*`` variables mean where none is named.

    A user with a password is one who logs in so, whatever else is left over in the environment.
    Empty for an access key, which needs no log-in.
    """
    has_user = bool(env.get("OS_USERNAME") or env.get("OS_USER_ID"))
    if has_user and env.get("OS_PASSWORD"):
        return "password"
    if env.get("OS_APPLICATION_CREDENTIAL_ID") or env.get("OS_APPLICATION_CREDENTIAL_NAME"):
        return "v3applicationcredential"
    if env.get("OS_TOKEN"):
        return "v3token"
    has_key = bool(env.get("OS_ACCESS_KEY") or env.get("OS_SECRET_KEY"))
    return "" if has_key and not has_user else "password"
