"""openstacksdk's configuration loader, reading a given environment and telling its mistakes.

Left alone, the loader reads the process's environment and passes over broken files with a log line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vbs_tui.text import clean


class ConfigurationError(Exception):
    """A configuration that cannot be used: a sentence, and the place where one is known."""

    def __init__(self, sentence: str, file: str = "", line: int | None = None) -> None:
        self.sentence = clean(sentence, 500)
        self.file = clean(file, 400)
        self.line = line
        place = f"{self.file}, line {line}: " if file and line else f"{self.file}: " if file else ""
        super().__init__(f"{place}{self.sentence}")


class Loader:
    """What this program asks of openstacksdk's loader."""

    def __init__(self, config: Any) -> None:
        self._config = config
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
        raise ConfigurationError(text, self.file)

    def regions(self, name: str) -> tuple[str, ...]:
        """Names of the regions. Raises :class:`ConfigurationError`."""
        return tuple(str(one["name"]) for one in self._asked("_get_regions", name))

    def merged(self, name: str, region: str | None) -> dict[str, Any]:
        """Everything that is configured of *name*. Raises :class:`ConfigurationError`."""
        extra = {"region_name": region} if region else {}
        return dict(self._asked("get_one", name, validate=False, **extra).config)

    def plugin(self, name: str, region: str | None, password: str = "") -> tuple[Any, Any]:
        """keystoneauth's plugin and session, *password* put in where the files have none.

        Raises what the plugin's loader raises.
        """
        extra: dict[str, Any] = {"region_name": region} if region else {}
        if password:
            extra["auth"] = {"password": password}
        found = self._config.get_one(name, **extra)
        return found.get_auth(), found.get_session()

    def _asked(self, method: str, *args: Any, **kwargs: Any) -> Any:
        problem = ""
        try:
            return getattr(self._config, method)(*args, **kwargs)
        except (KeyError, IndexError, ValueError) as error:
            # The loader fills in what stands in braces; its words may quote a part of a secret.
            problem = f"braces in a value name a key that is not there ({type(error).__name__})"
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"cloud {args[0]!r} cannot be read: {problem}", self.file)

    def _is_stand_in(self, name: object) -> bool:
        """Whether *name* is the loader's own, for want of any."""
        return name == "defaults" and not self.file


def loader(env: Mapping[str, str]) -> Loader:
    """Read all files and *env*. Raises :class:`ConfigurationError`."""
    import openstack.config.loader as sdk  # noqa: PLC0415 - costs a quarter of a second
    from openstack.config.defaults import get_defaults  # noqa: PLC0415
    from openstack.exceptions import ConfigException  # noqa: PLC0415

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
                if Path(path).exists():
                    data = _read(path)
                    if data is not _UNREADABLE:
                        return path, data
            return None, None

    try:
        return Loader(Telling(load_envvars=True))
    except ConfigException as error:
        problem = str(error)
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        problem = f"its shape is not that of a clouds.yaml ({type(error).__name__}: {error})"
    raise ConfigurationError(problem, env.get("OS_CLIENT_CONFIG_FILE", ""))


_SELECTORS = frozenset(
    {
        "OS_CLOUD",
        "OS_REGION_NAME",
        "OS_CLIENT_CONFIG_FILE",
        "OS_CLIENT_SECURE_FILE",
        "OS_CLOUD_NAME",
    }
)
_UNREADABLE = object()


def _read(path: str) -> Any:
    """The file's content; ``_UNREADABLE`` when it may not be read, as the loader passes it over."""
    import yaml  # noqa: PLC0415 - comes with openstacksdk

    line: int | None = None
    try:
        text = Path(path).read_text(encoding="utf-8")
        return json.loads(text) if path.endswith("json") else yaml.safe_load(text)
    except PermissionError:
        return _UNREADABLE
    except OSError as error:
        problem = error.strerror or "it cannot be read"
    except yaml.MarkedYAMLError as error:
        # The problem alone: the snippet that YAML quotes may hold a password.
        problem = f"this is no YAML: {error.problem or 'it cannot be read'}"
        line = error.problem_mark.line + 1 if error.problem_mark else None
    except json.JSONDecodeError as error:
        problem, line = f"this is no JSON: {error.msg}", error.lineno
    except (UnicodeDecodeError, yaml.YAMLError):
        problem = "it is no text in UTF-8, or holds characters that YAML forbids"
    raise ConfigurationError(problem, path, line)
