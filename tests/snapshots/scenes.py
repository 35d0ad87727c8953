"""What is on the screen in each snapshot: the real app, with events given to it by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

from textual.pilot import Pilot

from tests.snapshots.stage import CHOICES, JOB, REQUEST, STORY, Backend, Stage, ended, running
from tests.ui.fake_backend import (
    BACKUPS,
    NOW,
    PROD,
    PROJECTS,
    VOLUMES,
    StillClock,
    failure,
    identifier,
)
from vbs_tui.cloud.errors import ErrorKind, Executed
from vbs_tui.cloud.provider import LogInQuestion, QuestionKind
from vbs_tui.cloud.request_log import Call
from vbs_tui.restore.events import (
    JournalChanged,
    ListKind,
    ProjectOpened,
    RowChanged,
    SecretWanted,
)
from vbs_tui.restore.journal.records import UNTRACED, Watch
from vbs_tui.restore.journal.states import State
from vbs_tui.ui.app import VbsTui


async def start(s: Stage) -> None:
    s.backend.log_in(PROJECTS, "")
    await s.settle()


async def loading(s: Stage) -> None:
    await start(s)
    await s.keys("enter")
    s.backend.opened(PROD)
    s.backend.started(PROD, ListKind.BACKUPS)
    await s.settle()


async def chosen(s: Stage) -> None:
    await s.choose()


async def filtered(s: Stage) -> None:
    await s.open()
    await s.keys("2", "slash", *"web")


async def empty(s: Stage) -> None:
    await start(s)
    await s.keys("enter")
    s.backend.opened(PROD)
    s.backend.listed(PROD, ListKind.BACKUPS, ())
    s.backend.listed(PROD, ListKind.VOLUMES, ())
    await s.settle()


async def list_failed(s: Stage) -> None:
    await start(s)
    await s.keys("enter")
    s.backend.opened(PROD)
    s.backend.list_fails(PROD, ListKind.BACKUPS, failure())
    s.backend.listed(PROD, ListKind.VOLUMES, VOLUMES)
    await s.settle()


async def stale(s: Stage) -> None:
    await s.choose()
    s.backend.list_fails(PROD, ListKind.BACKUPS, failure())
    await s.settle()


async def confirm(s: Stage) -> None:
    await s.choose()
    await s.keys("r", *"db-data")


async def confirm_night(s: Stage) -> None:
    s.backend.night = "2026-11-22 07:14"
    await s.choose()
    await s.keys("2", "j", "3", "r")


async def confirm_reading(s: Stage) -> None:
    s.backend.reads = False
    await s.choose()
    await s.keys("r")


async def confirm_no_journal(s: Stage) -> None:
    await journal_unusable(s)
    await s.keys("r")


async def pinned(s: Stage) -> None:
    await s.choose()
    await s.keys("2", "slash", *"web", "enter")


async def barred(s: Stage) -> None:
    await s.choose()
    s.backend.tell(RowChanged(PROD.id, replace(BACKUPS[0], status="restoring")))
    await s.settle()


async def journal_unusable(s: Stage) -> None:
    await s.choose()
    words = (
        "The journal cannot be opened: /net/home/jane/.local/state/vbs-tui is on a file system"
        " that knows no locks (NFS)."
    )
    s.backend.tell(JournalChanged(words))
    await s.settle()


async def confirm_soft(s: Stage) -> None:
    await s.choose()
    await s.keys("j", "r")


async def confirm_by_id(s: Stage) -> None:
    s.backend.word_is_name = False
    await s.choose()
    await s.keys("r")


async def confirm_impossible(s: Stage) -> None:
    await s.choose()
    await s.keys("G", "r")


async def job_running(s: Stage) -> None:
    await s.choose()
    one = running()
    await s.tell(one, Watch(one.id, NOW - timedelta(seconds=2), NOW + timedelta(seconds=3)))
    await s.keys("4")


async def job_done(s: Stage) -> None:
    await s.choose()
    await s.tell(ended(2, State.SUCCEEDED, 8))
    await s.keys("4")


async def job_failed(s: Stage) -> None:
    await job_done(s)
    await s.tell(ended(3, State.FAILED, 5, failure=JOB))
    await s.keys("4", "g", "e")


async def job_refused(s: Stage) -> None:
    await s.choose()
    await s.tell(ended(5, State.REFUSED, 1, failure=REQUEST, summary="The cloud refused it."))
    await s.keys("4")


async def job_unknown(s: Stage) -> None:
    await s.choose()
    summary = f"{UNTRACED}: Neither disk nor backup shows any trace of this restore."
    lost = replace(REQUEST, kind=ErrorKind.BROKEN, executed=Executed.UNKNOWN, code="", status=None)
    lost = replace(lost, message="the connection was lost before an answer came")
    one = ended(4, State.UNKNOWN, 2, summary=summary, failure=lost, ended_at=None)
    await s.tell(one, Watch(one.id, NOW - timedelta(seconds=2), NOW + timedelta(seconds=10)))
    await s.keys("4")


async def job_blind(s: Stage) -> None:
    await s.choose()
    one = running()
    begun = NOW - timedelta(seconds=40)
    await s.tell(one, Watch(one.id, begun, NOW + timedelta(seconds=9), blind_since=begun))
    await s.keys("4")


async def job_elsewhere(s: Stage) -> None:
    await s.choose()
    there = replace(running(2), cloud="otc-dev", project_name="eu-de_test")
    await s.tell(there, Watch(there.id, elsewhere="connect to otc-dev to watch"))
    other = replace(running(3), log=STORY[:3])
    await s.tell(other, Watch(other.id, elsewhere="watched by vbs-tui process 4711"))
    here = running()
    await s.tell(here, Watch(here.id, NOW - timedelta(seconds=2), NOW + timedelta(seconds=3)))
    await s.keys("4", "g", "j")


async def settle_unknown(s: Stage) -> None:
    await job_unknown(s)
    await s.keys("u", *"not s")


async def whole_log(s: Stage) -> None:
    await job_running(s)
    await s.keys("d")


async def raw_error(s: Stage) -> None:
    await job_failed(s)
    await s.keys("d")


async def details(s: Stage) -> None:
    await s.choose()
    await s.keys("d")


async def help_screen(s: Stage) -> None:
    await s.choose()
    await s.keys("question_mark")


async def history(s: Stage) -> None:
    await job_failed(s)
    await s.keys("H")


async def requests(s: Stage) -> None:
    await s.open()
    for number, (method, status) in enumerate(
        [("POST", 201), ("GET", 200), ("GET", 503), ("POST", 400), ("GET", None)], 1
    ):
        s.backend.request_log.add(
            Call(
                number=number,
                at=NOW,
                method=method,
                url=f"https://vbs.eu-de.example.com/v2/{PROD.id}/backups/detail?limit=100",
                status=status,
                milliseconds=12.5 * number,
                request_id=f"req-{identifier(number)}",
                outcome="" if status else "no answer within 60 s",
            )
        )
    await s.keys("L")


async def clouds(s: Stage) -> None:
    await s.open()
    s.app.set_clouds("otc-prod", lambda: CHOICES, used=lambda _: None)
    s.backend.tell(ProjectOpened(PROD, "vbs", (), None, "", "eu-de", ("eu-de", "eu-nl", "eu-ch")))
    await s.keys("C")
    await s.app.workers.wait_for_complete()
    await s.settle()


async def secret(s: Stage) -> None:
    question = LogInQuestion(
        *(QuestionKind.PASSWORD, "Password of ops-jane", "otc-prod"),
        why="What was given before was refused. Too many wrong tries lock an account.",
    )
    s.backend.tell(SecretWanted(question, Future()))
    await s.settle()
    await s.keys(*"abc")


async def visit(s: Stage) -> None:
    question = LogInQuestion(
        *(QuestionKind.VISIT, "Log in with a browser, on any device", "otc-prod"),
        why="This is the first log-in to this cloud.",
        address="https://login.company.example/realms/operations/device",
        code="WDJB-MJHT",
    )
    s.backend.tell(SecretWanted(question, Future()))
    await s.settle()


async def leaving(s: Stage) -> None:
    await s.choose()
    s.backend.sending = 1
    await s.keys("q")


async def insecure(s: Stage) -> None:
    await s.choose()
    words = "certificates are not checked; plain HTTP to vbs.eu-de.example.com"
    s.backend.tell(ProjectOpened(PROD, "vbs", (), None, words))
    await s.settle()


async def light(s: Stage) -> None:
    await job_failed(s)
    s.app.toggle_theme()
    await s.settle()


Scene = Callable[[Stage], Awaitable[None]]

SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        *(start, loading, chosen, filtered, empty, list_failed, stale),
        *(confirm, confirm_soft, confirm_by_id, confirm_impossible),
        *(confirm_night, confirm_reading, confirm_no_journal, pinned, barred, journal_unusable),
        *(job_running, job_done, job_failed, job_refused, job_unknown, job_blind),
        *(job_elsewhere, settle_unknown),
        *(
            whole_log,
            raw_error,
            details,
            help_screen,
            history,
            requests,
            clouds,
            secret,
            visit,
            leaving,
            light,
            insecure,
        ),
    )
}


def make_app(*, read_only: bool = False) -> VbsTui:
    """The app of a snapshot; its backend is a :class:`Backend`."""
    return VbsTui(
        Backend(read_only=read_only).as_backend(),
        clock=StillClock(),
        zone=UTC,
        demo=False,
        cloud_name="otc-prod",
        read_only=read_only,
        export_folder=Path(),
    )


async def play(scene: Scene, pilot: Pilot[int]) -> None:
    """Bring the app under *pilot* to *scene*."""
    app = pilot.app
    assert isinstance(app, VbsTui)
    backend = app.backend
    assert isinstance(backend, Backend)
    await scene(Stage(backend, app, pilot))
