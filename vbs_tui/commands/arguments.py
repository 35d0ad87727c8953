"""The arguments of every command, in one tree of parsers.

The command line, each ``--help``, the man page and the completions all come from here. Nothing
heavy is imported: the tree must not cost a quick command its start-up time.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from vbs_tui import __version__
from vbs_tui.commands.support import exit_status
from vbs_tui.commands.support.argument_parser import Parser, close_to

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[Parser]

SHELLS = ("bash", "zsh", "fish")
"""The shells that ``vbs-tui completion`` writes completions for."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line, with the command's name in ``command`` (``console`` for none).

    The parser that read them is in ``parser``, for :meth:`~argparse.ArgumentParser.error`. Raises
    ``SystemExit``: with 64 for a wrong command line, with 0 after ``--help`` and ``--version``.
    """
    name = arguments[0] if arguments else ""
    if name in _COMMANDS:
        parser = _command_parser(name)
        options = parser.parse_args(arguments[1:])
        options.command, options.parser = name, parser
        return options
    root, commands = build_parsers()
    root.has_json = "--json" in arguments
    if name and not name.startswith("-"):
        known = f"(the commands: {', '.join(commands)})"
        root.error(f"{name!r} is not a command{close_to(name, commands)} {known}")
    options = root.parse_args(arguments)
    if options.command is not None:
        # Options of the console before a command would be lost: --demo, --read-only.
        root.error(f"the command comes first: vbs-tui {options.command} …")
    options.command, options.parser = "console", root
    return options


def build_parsers(topics: Sequence[str] = ()) -> tuple[Parser, dict[str, Parser]]:
    """The parser of the whole command line, and those of its commands by name.

    *topics*: the pages of the manual, where ``help`` is to know them as its choices.
    """
    root = Parser(
        prog="vbs-tui",
        usage="%(prog)s [options]\n       %(prog)s COMMAND ...",
        description="A terminal console for restoring cloud disks from their backups.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    root.add_argument(
        "--demo", action="store_true", help="use the simulated cloud inside the program"
    )
    _cloud_options(root)
    root.add_argument("--read-only", action="store_true", help="never send anything but reads")
    root.add_argument(
        "--mouse", action="store_true", help="let the program have the mouse, over SSH too"
    )
    root.add_argument("--version", action="version", version=f"vbs-tui {__version__}")
    group = root.add_subparsers(title="commands", metavar="COMMAND", dest="command", prog="vbs-tui")
    for name, add in _COMMANDS.items():
        if name == "help":
            _help(group, topics)
        else:
            add(group)
    return root, dict(group.choices)


def _command_parser(name: str) -> Parser:
    """The parser of one command, without the time that the whole tree takes."""
    commands = Parser(prog="vbs-tui").add_subparsers(prog="vbs-tui")
    _COMMANDS[name](commands)
    parser: Parser = commands.choices[name]
    return parser


_EPILOG = """\
Without a command, the console opens. vbs-tui COMMAND --help describes a
command, vbs-tui help lists the topics of the manual.

clouds:
  --cloud NAME takes a cloud of clouds.yaml, as the openstack client does
  (OS_CLOUD too). Without it: the OS_* variables, else the only configured
  cloud, else a list to choose from.

environment:
  OS_AUTH_URL, OS_USERNAME, OS_PASSWORD (asked for when absent),
  OS_PROJECT_NAME, OS_USER_DOMAIN_NAME, OS_REGION_NAME, OS_CACERT

exit status:
  64 for a wrong command line, 78 for settings or a cloud that cannot be used;
  all of them: vbs-tui help states

examples:
  vbs-tui --demo        practise on a cloud inside the program
  vbs-tui --read-only   look and watch; every way to send a restore is shut
  vbs-tui explain VolumeBackup.0209
"""


def _add(
    commands: _Commands,
    name: str,
    summary: str,
    description: str,
    epilog: str,
    *,
    allow_abbrev: bool = True,
) -> Parser:
    """A command. *summary*: its line in ``vbs-tui --help``."""
    return commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=allow_abbrev,
    )


def _cloud_options(parser: Parser) -> None:
    """``--cloud`` and ``--region``, the same for everything that needs a cloud."""
    parser.add_argument("--cloud", metavar="NAME", help="a cloud of clouds.yaml")
    parser.add_argument("--region", metavar="NAME", help="one of that cloud's regions")


def _restore(commands: _Commands) -> None:
    parser = _add(
        commands,
        "restore",
        "restore from a script; --dry-run shows hazards and request only",
        "Restore a backup onto a disk. Everything on the disk is overwritten.",
        f"""\
exit status:
  0    accepted by the cloud; with --wait: succeeded; with --dry-run: possible
  1    refused by the cloud; with --wait: failed
  2    the outcome is unknown, or the watch was lost: it may have been sent
  3    a hard hazard makes the restore impossible; nothing was sent
  4    nothing was sent: an unknown or ambiguous name, a wrong --confirm, a read-only cloud, …
{exit_status.SHARED}\
""",
    )
    parser.add_argument("--backup", required=True, metavar="ID|NAME", help="what to restore")
    parser.add_argument("--volume", required=True, metavar="ID|NAME", help="onto which disk")
    _cloud_options(parser)
    parser.add_argument("--project", metavar="ID|NAME", help="default: OS_PROJECT_NAME")
    parser.add_argument(
        "--confirm",
        metavar="VOLUME_NAME",
        help="the disk's name once more; the first 8 characters of its id when the name is"
        " empty, not unique or cannot be typed",
    )
    parser.add_argument("--wait", action="store_true", help="watch until the verdict")
    parser.add_argument(
        "--retry-throttled",
        action="store_true",
        help="when the cloud answers 429 (too many requests), send again after the pause",
    )
    parser.add_argument("--json", action="store_true", help="JSON documents, one a line")
    parser.add_argument(
        "--dry-run", action="store_true", help="show hazards and the exact request, send nothing"
    )


def _watch(commands: _Commands) -> None:
    parser = _add(
        commands,
        "watch",
        "follow one restore until its verdict",
        "Follow one restore until its verdict.",
        f"""\
exit status:
  0    succeeded
  1    failed or refused
  2    the outcome is unknown, or the watch was lost
  4    nothing, or several, on record under that id; or it was never sent
{exit_status.SHARED}\
""",
    )
    _restore_id(parser)
    _cloud_options(parser)
    parser.add_argument("--json", action="store_true", help="one JSON document a line")


def _restore_id(parser: Parser) -> None:
    parser.add_argument("id", metavar="ID", help="its id, or the beginning of it")


def _jobs(commands: _Commands) -> None:
    parser = _add(
        commands,
        "jobs",
        "list the restores on record on this machine",
        "List the restores on record on this machine.",
        f"exit status:\n  0    done\n{exit_status.SHARED}",
    )
    parser.add_argument("--open", action="store_true", help="only those that have not ended")
    parser.add_argument("--json", action="store_true", help="one JSON array")


def _show(commands: _Commands) -> None:
    parser = _add(
        commands,
        "show",
        "show one restore on record, with its log",
        "Show one restore on record, with its log.",
        "exit status:\n  0    done\n  4    nothing, or several, on record under that id\n"
        + exit_status.SHARED,
    )
    _restore_id(parser)
    parser.add_argument("--json", action="store_true", help="one JSON document")


def _doctor(commands: _Commands) -> None:
    parser = _add(
        commands,
        "doctor",
        "check the way to the cloud, the log-in, rights, journal, terminal",
        "Check everything a restore needs. Sends only reads.",
        f"""\
exit status:
  0    all is well, or there are warnings only
  1    something FAILED
{exit_status.SHARED}""",
    )
    _cloud_options(parser)
    parser.add_argument("--json", action="store_true", help="one JSON array")


def _explain(commands: _Commands) -> None:
    parser = _add(
        commands,
        "explain",
        "what an error code or an HTTP status means, and what to do",
        "What an error code or an HTTP status means, its likely cause, what to do.",
        "Exit status: 0 when all are known, 1 when one is not, 64 for a wrong option.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "codes",
        nargs="*",
        metavar="CODE",
        help="such as VolumeBackup.0209, 0209, APIGW.0301, badRequest or 503",
    )
    parser.add_argument(
        "--list",
        nargs="?",
        const="",
        metavar="TEXT",
        help="list all codes and statuses, or those with all words of TEXT in them",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def _simulate(commands: _Commands) -> None:
    parser = _add(
        commands,
        "simulate",
        "run the practice cloud by itself, for rehearsals and other clients",
        "Serve a simulated cloud (IAM, EVS, VBS) over plain HTTP until Ctrl+C.",
        "",
    )
    parser.late_epilog = _simulate_epilog
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    add("--port", type=int, default=0, help="port to listen on (any free one)")
    add("--seed", type=int, default=1, help="which world; the same seed makes the same (1)")
    add("--speed", type=_positive, default=1.0, help="10 makes restores ten times faster (1)")
    add("--projects", type=_count, default=3, help="number of projects (3)")
    add("--backups", type=_count, default=60, help="backups in the first project (60)")
    add("--volumes", type=_count, default=40, help="volumes in the first project (40)")
    add("--token-seconds", type=_positive, default=86_400.0, help="life of a token (86400)")
    add(
        "--faults", default="", help="what goes wrong, for example drop-after@restore=0.1,slow=1x:5"
    )
    add("--list-faults", action="store_true", help="print the faults and leave")


def _simulate_epilog() -> str:
    from vbs_tui.simulator.faults.rules import describe_faults  # noqa: PLC0415 - start-up time

    return f"""\
{describe_faults()}

exit status: 0 after Ctrl+C or SIGTERM, 1 when it cannot listen there, 64 for a wrong command line
"""


def _positive(text: str) -> float:
    with contextlib.suppress(ValueError):
        value = float(text)
        if 0 < value < float("inf"):
            return value
    raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")


def _count(text: str) -> int:
    with contextlib.suppress(ValueError):
        value = int(text)
        if value >= 0:
            return value
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")


def _config(commands: _Commands) -> None:
    parser = _add(
        commands,
        "config",
        "your settings: theme, keys, pace, read-only clouds",
        "Look at the settings in config.toml.",
        f"exit status:\n  0    done\n  1    the file has mistakes\n{exit_status.SHARED}",
    )
    parser.add_argument(
        "action",
        choices=("path", "show", "check", "keys"),
        help="path: where the file is; show: what holds; check: whether the file is right; "
        "keys: every command with its id, its keys and what it does",
    )


def _help(commands: _Commands, topics: Sequence[str] = ()) -> None:
    parser = _add(
        commands,
        "help",
        "the manual: log-in, clouds.yaml, settings, keys, scripts, …",
        "Show a page of the manual, or the help of a command. Without a topic: the list of topics.",
        f"exit status:\n  0    done\n  1    there is no such topic\n{exit_status.SHARED}",
    )
    parser.add_argument(
        "topic",
        nargs="*",
        metavar="TOPIC",
        help="such as log-in, keys or restore",
        choices=(*topics, *_COMMANDS) if topics else None,
    )


def _completion(commands: _Commands) -> None:
    parser = _add(
        commands,
        "completion",
        "print the completions for a shell",
        "Print a script that completes the command line in a shell.",
        f"""\
install it:
  bash   vbs-tui completion bash > ~/.local/share/bash-completion/completions/vbs-tui
  zsh    vbs-tui completion zsh > ~/.zfunc/_vbs-tui      (~/.zfunc must be in $fpath)
  fish   vbs-tui completion fish > ~/.config/fish/completions/vbs-tui.fish

exit status:
  0    done
{exit_status.SHARED}""",
    )
    parser.add_argument("shell", choices=SHELLS, help="the shell to complete in")


def _man(commands: _Commands) -> None:
    _add(
        commands,
        "man",
        "print the man page",
        "Print the man page, for an installation whose own copy man does not find.",
        f"""\
read it:     vbs-tui man > vbs-tui.1 && man ./vbs-tui.1
install it:  vbs-tui man > ~/.local/share/man/man1/vbs-tui.1

exit status:
  0    done
{exit_status.SHARED}""",
    )


_COMMANDS: dict[str, Callable[[_Commands], None]] = {
    "restore": _restore,
    "watch": _watch,
    "jobs": _jobs,
    "show": _show,
    "doctor": _doctor,
    "explain": _explain,
    "simulate": _simulate,
    "config": _config,
    "help": _help,
    "completion": _completion,
    "man": _man,
}
"""In the order of ``vbs-tui --help``."""
