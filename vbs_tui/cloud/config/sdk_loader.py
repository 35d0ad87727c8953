"""openstacksdk's configuration loader, over a given environment, with errors in words.

Left alone, the loader reads the process's environment, passes over broken files with a log line,
waits without end on a pipe, and answers an odd shape with a library's error. Nothing that is
raised here quotes a value; its frames may hold some, so that callers go through :func:`guarded`.
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
    checked_clouds,
    read,
)

T = TypeVar("T")

_SELECTORS = frozenset(
    {
        *("OS_CLOUD", "OS_REGION_NAME", "OS_CLOUD_NAME"),
        *("OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"),
    }
)
"""Variables that choose among clouds, and make none."""

_HARMLESS = re.compile(
    r"Region [^\n]*? is not a valid region name for cloud |Cloud [^\n]*? was not found"
    r"|'[^']*' defines a cloud named "
)
"""The beginnings of those messages of openstacksdk that quote nothing but names."""

_NAME_ANOTHER = (
    "Start again with a configured name (--cloud, --region), or choose from the list of clouds."
)


def guarded(work: Callable[[], T]) -> T | ConfigurationError:
    """What *work* returns, or why it failed, whatever it raised: in words, with no frame on it."""
    try:
        return work()
    except ConfigurationError as error:
        return ConfigurationError(error.sentence, error.file, error.line, hint=error.hint)
    except (RecursionError, MemoryError):
        return ConfigurationError(TOO_DEEP)
    except Exception as error:
        return ConfigurationError(f"the configuration cannot be used ({type(error).__name__})")


class Loader:
    """What this program asks of openstacksdk's loader."""

    def __init__(self, config: Any, faults: Mapping[str, ConfigurationError]) -> None:
        """*faults*: what is wrong with single clouds, by their names."""
        self._config = config
        self._faults = faults
        self.file: str = config.config_filename or ""
        self.envvar_name: str = config.envvar_key

    def names(self) -> tuple[str, ...]:
        """All clouds; none when nothing is configured."""
        clouds = self._config.cloud_config["clouds"]
        return tuple(str(name) for name in clouds if not self._is_default(name))

    def chosen(self, name: str | None) -> str:
        """*name*, or the default one. Raises :class:`ConfigurationError`."""
        known = self.names()
        wanted = name or self._config.default_cloud
        if wanted and wanted in known:
            return str(wanted)
        text = "name a cloud"
        if wanted and not self._is_default(wanted):
            text = f"no cloud is called {wanted!r}"
        text += f"; configured are: {', '.join(known) or 'none'}"
        raise ConfigurationError(text, self.file, hint=_NAME_ANOTHER)

    def regions(self, name: str) -> dict[str, bool]:
        """Names of the regions, and whether each has values of its own.

        Raises :class:`ConfigurationError`.
        """
        found = self._call("_get_regions", name)
        return {str(one["name"]): bool(one.get("values")) for one in found}

    def merged(self, name: str, region: str | None) -> dict[str, Any]:
        """Everything that is configured of *name*. Raises :class:`ConfigurationError`."""
        extra = {"region_name": region} if region else {}
        return dict(self._call("get_one", name, validate=False, **extra).config)

    def plugin(self, name: str, region: str | None, auth: Mapping[str, Any]) -> tuple[Any, Any]:
        """keystoneauth's plugin and session, with *auth* over what the files have.

        Raises what the plugin's loader raises.
        """
        extra: dict[str, Any] = {"region_name": region} if region else {}
        if auth:
            extra["auth"] = dict(auth)
        found = self._config.get_one(name, **extra)
        return found.get_auth(), found.get_session()

    def _call(self, method: str, name: str, **options: Any) -> Any:
        if name in self._faults:
            raise self._faults[name]
        try:
            return getattr(self._config, method)(name, **options)
        except ConfigurationError:  # a file that is read for its profiles
            raise
        except Exception as error:
            text = self._about_braces(name, error) or _words_of(error)
            hint = _NAME_ANOTHER if text.startswith("Region ") else ""
        raise ConfigurationError(f"cloud {name!r} cannot be read: {text}", self.file, hint=hint)

    def _about_braces(self, name: str, error: Exception) -> str:
        """The loader fills in what stands in braces, by the keys beside it."""
        if not isinstance(error, KeyError | IndexError | ValueError | AttributeError | TypeError):
            return ""
        cloud = self._config.cloud_config["clouds"].get(name)
        values = cloud if isinstance(cloud, dict) else {}
        auth = values.get("auth")
        where = {"auth_url": auth.get("auth_url")} if isinstance(auth, dict) else {}
        keys = [
            key
            for key, value in (values | where).items()
            if isinstance(value, str) and key != "password" and ("{" in value or "}" in value)
        ]
        if not keys:
            return ""
        return (
            f"braces in the value of {' or '.join(keys)} name no key that is there"
            f" ({type(error).__name__}); below auth, braces are taken as they are"
        )

    def _is_default(self, name: object) -> bool:
        """Whether *name* is the cloud that the loader makes where none is configured."""
        clouds = self._config.cloud_config["clouds"]
        return name == "defaults" and clouds.get(name) == self._config.defaults


def load(env: Mapping[str, str]) -> Loader:
    """Read all files and *env*. Raises :class:`ConfigurationError`."""
    try:
        import openstack.config.loader  # noqa: F401, PLC0415 - takes a quarter of a second
        import yaml  # noqa: F401, PLC0415 - comes with openstacksdk
    except Exception as error:
        kind, module = type(error).__name__, getattr(error, "name", None)
        raise ConfigurationError(
            f"openstacksdk cannot be loaded ({kind}{f' of {module}' if module else ''}): install "
            "it anew for the Python that runs this program",
            hint="Install openstacksdk (pip install openstacksdk), then start the program again.",
        ) from None
    faults: dict[str, ConfigurationError] = {}
    files: list[str] = []
    try:
        return Loader(_config(env, files, faults), faults)
    except ConfigurationError:
        raise
    except Exception as error:
        raise ConfigurationError(_words_of(error), " with ".join(files)) from None


def _words_of(error: Exception) -> str:
    """*error* in words that quote no value, as the messages of most libraries may."""
    if isinstance(error, RecursionError | MemoryError):
        return TOO_DEEP
    kind = type(error).__name__
    is_harmless = kind == "ConfigException" and _HARMLESS.match(str(error))
    return str(error) if is_harmless else f"openstacksdk can make nothing of it ({kind})"


def _config(env: Mapping[str, str], files: list[str], faults: dict[str, ConfigurationError]) -> Any:
    """openstacksdk's loader over *env*; the files that it read are added to *files*, what is wrong
    with single clouds to *faults*."""
    import openstack.config.loader as sdk  # noqa: PLC0415
    from openstack.config.defaults import get_defaults  # noqa: PLC0415

    class Config(sdk.OpenStackConfig):
        def _get_envvar(self, key: str, default: str | None = None) -> str | None:
            return env.get(key, default)

        def _get_os_environ(self, envvar_prefix: str | None = None) -> dict[str, Any] | None:
            del envvar_prefix
            own = {
                key: value
                for key, value in env.items()
                if key.startswith("OS_")
                and value
                and not key.startswith(("OS_TEST", "OS_STD", "OS_LOG"))
            }
            if not set(own) - _SELECTORS:
                return None
            found: dict[str, Any] = get_defaults()
            return found | {key.split("_", 1)[-1].lower(): value for key, value in own.items()}

        def _load_yaml_json_file(self, filelist: list[str]) -> Any:
            for path in filelist:
                data = read(path)
                if data is ABSENT:
                    continue
                if filelist is self._vendor_files:
                    check_profiles(path, data)
                    return path, data
                files.append(path)
                return path, checked_clouds(path, data, faults)
            return None, None

    return Config(load_envvars=True)
