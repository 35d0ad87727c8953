"""openstacksdk's configuration loader, reading a given environment and telling its mistakes.

Left alone, the loader reads the process's environment, passes over broken files with a log line,
waits for ever on a pipe, and answers an odd shape with a library's error. Nothing that is raised
here hangs on a frame that holds a value, nor quotes one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from vbs_tui.cloud.config.files import (
    ABSENT,
    TOO_DEEP,
    ConfigurationError,
    check_profiles,
    in_shape,
    read,
)

T = TypeVar("T")

_SELECTORS = frozenset(
    {
        "OS_CLOUD",
        "OS_REGION_NAME",
        "OS_CLIENT_CONFIG_FILE",
        "OS_CLIENT_SECURE_FILE",
        "OS_CLOUD_NAME",
    }
)
_HARMLESS = re.compile(
    r"Region [^\n]*? is not a valid region name for cloud |Cloud [^\n]*? was not found"
    r"|'[^']*' defines a cloud named "
)
"""The beginnings of those of openstacksdk's words that quote nothing but names."""


_NAME_ANOTHER = (
    "Start again with a configured name (--cloud, --region), or choose from the list of clouds."
)


def guarded(work: Callable[[], T]) -> T | ConfigurationError:
    """What *work* returns, or why it failed, whatever it raised: in words, with no frame on it."""
    try:
        return work()
    except ConfigurationError as error:
        return error.bare()
    except (RecursionError, MemoryError):
        return ConfigurationError(TOO_DEEP)
    except Exception as error:
        return ConfigurationError(f"the configuration cannot be used ({type(error).__name__})")


class Loader:
    """What this program asks of openstacksdk's loader."""

    def __init__(self, config: Any, faults: Mapping[str, ConfigurationError]) -> None:
        """*faults*: what was found wrong with single clouds, by their names."""
        self._config = config
        self._faults = faults
        self.file: str = config.config_filename or ""
        self.envvar_name: str = config.envvar_key

    def names(self) -> tuple[str, ...]:
        """All clouds; none when nothing is configured."""
        clouds = self._config.cloud_config["clouds"]
        return tuple(str(name) for name in clouds if not self._is_stand_in(name))

    def chosen(self, name: str | None) -> str:
        """*name*, or the default one. Raises :class:`ConfigurationError`."""
        known = self.names()
        wanted = name or self._config.default_cloud
        if wanted and wanted in known:
            return str(wanted)
        listed = ", ".join(known) or "none"
        if wanted and not self._is_stand_in(wanted):
            text = f"no cloud is called {wanted!r}; configured are: {listed}"
        else:
            text = f"name a cloud; configured are: {listed}"
        raise ConfigurationError(text, self.file, hint=_NAME_ANOTHER)

    def regions(self, name: str) -> dict[str, bool]:
        """Names of the regions, and whether each has values of its own.

        Raises :class:`ConfigurationError`.
        """
        found = self._asked("_get_regions", name)
        return {str(one["name"]): bool(one.get("values")) for one in found}

    def merged(self, name: str, region: str | None) -> dict[str, Any]:
        """Everything that is configured of *name*. Raises :class:`ConfigurationError`."""
        extra = {"region_name": region} if region else {}
        return dict(self._asked("get_one", name, validate=False, **extra).config)

    def plugin(self, name: str, region: str | None, auth: Mapping[str, Any]) -> tuple[Any, Any]:
        """keystoneauth's plugin and session, with *auth* over what the files have.

        Raises what the plugin's loader raises.
        """
        extra: dict[str, Any] = {"region_name": region} if region else {}
        if auth:
            extra["auth"] = dict(auth)
        found = self._config.get_one(name, **extra)
        return found.get_auth(), found.get_session()

    def _asked(self, method: str, name: str, **options: Any) -> Any:
        if name in self._faults:
            raise self._faults[name].bare()
        try:
            return getattr(self._config, method)(name, **options)
        except ConfigurationError as error:  # a file that is read for its profiles
            problem = error.bare()
        except Exception as error:
            text = f"cloud {name!r} cannot be read: {self._why(name, error)}"
            hint = _NAME_ANOTHER if str(error).startswith("Region ") else ""
            problem = ConfigurationError(text, self.file, hint=hint)
        raise problem

    def _why(self, name: str, error: Exception) -> str:
        """*error* in words that quote no value: those of most libraries may."""
        if isinstance(error, RecursionError | MemoryError):
            return TOO_DEEP
        if type(error).__name__ == "ConfigException" and _HARMLESS.match(str(error)):
            return str(error)
        kind = type(error).__name__
        # The loader fills in what stands in braces, by the keys beside it.
        found = _with_braces(self._config.cloud_config["clouds"].get(name))
        if found and isinstance(
            error, KeyError | IndexError | ValueError | AttributeError | TypeError
        ):
            return (
                f"braces in the value of {' or '.join(found)} name no key that is there ({kind}); "
                "below auth, braces are taken as they are"
            )
        return f"openstacksdk can make nothing of it ({kind})"

    def _is_stand_in(self, name: object) -> bool:
        """Whether *name* is the loader's own, for want of any."""
        clouds = self._config.cloud_config["clouds"]
        return name == "defaults" and clouds.get(name) == self._config.defaults


def loader(env: Mapping[str, str]) -> Loader:
    """Read all files and *env*. Raises :class:`ConfigurationError`."""
    problem = _missing_library()
    faults: dict[str, ConfigurationError] = {}
    files: list[str] = []
    if problem is None:
        try:
            return Loader(_reading(env, files, faults), faults)
        except ConfigurationError as error:
            problem = error.bare()
        except (RecursionError, MemoryError):
            problem = ConfigurationError(TOO_DEEP, " with ".join(files))
        except Exception as error:
            text = f"openstacksdk can make nothing of it ({type(error).__name__})"
            if type(error).__name__ == "ConfigException" and _HARMLESS.match(str(error)):
                text = str(error)
            problem = ConfigurationError(text, " with ".join(files))
    raise problem


def _missing_library() -> ConfigurationError | None:
    try:
        import openstack.config.loader  # noqa: F401, PLC0415 - costs a quarter of a second
        import yaml  # noqa: F401, PLC0415 - comes with openstacksdk
    except Exception as error:
        kind, module = type(error).__name__, getattr(error, "name", None)
        return ConfigurationError(
            f"openstacksdk cannot be loaded ({kind}{f' of {module}' if module else ''}): install "
            "it anew for the Python that runs this program",
            hint="Install openstacksdk (pip install openstacksdk), then start the program again.",
        )
    return None


def _reading(
    env: Mapping[str, str], files: list[str], faults: dict[str, ConfigurationError]
) -> Any:
    """openstacksdk's loader over *env*; what it read goes into *files*, what is wrong with single
    clouds into *faults*."""
    import openstack.config.loader as sdk  # noqa: PLC0415 - costs a quarter of a second
    from openstack.config.defaults import get_defaults  # noqa: PLC0415

    class Telling(sdk.OpenStackConfig):
        def _get_envvar(self, key: str, default: str | None = None) -> str | None:
            return env.get(key, default)

        def _get_os_environ(self, envvar_prefix: str | None = None) -> dict[str, Any] | None:
            del envvar_prefix
            skipped = ("OS_TEST", "OS_STD", "OS_LOG")
            own = {k: v for k, v in env.items() if k.startswith("OS_") and v}
            own = {k: v for k, v in own.items() if not k.startswith(skipped)}
            if not set(own) - _SELECTORS:
                return None
            found: dict[str, Any] = get_defaults()
            return found | {key.split("_", 1)[-1].lower(): value for key, value in own.items()}

        def _load_yaml_json_file(self, filelist: list[str]) -> Any:
            for path in filelist:
                data = read(path)
                if data is not ABSENT:
                    if filelist is self._vendor_files:
                        check_profiles(path, data)
                        return path, data
                    files.append(path)
                    return path, in_shape(path, data, faults)
            return None, None

    return Telling(load_envvars=True)


def _with_braces(cloud: Any) -> list[str]:
    """The keys beside ``auth`` whose values hold braces, which openstacksdk fills in."""
    values = cloud if isinstance(cloud, dict) else {}
    auth = values.get("auth")
    where = {"auth_url": auth.get("auth_url")} if isinstance(auth, dict) else {}
    return [
        key
        for key, value in (values | where).items()
        if isinstance(value, str) and key != "password" and ("{" in value or "}" in value)
    ]
