"""The environment, kept from sight."""

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
