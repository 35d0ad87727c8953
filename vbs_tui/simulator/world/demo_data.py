"""What the demo world is made of, as tables. The order of the rows is the order shown."""

from __future__ import annotations

from dataclasses import dataclass

from vbs_tui.simulator.world.world import Script

PROJECTS = (
    ("eu-de_prod", "Production"),
    ("eu-de_staging", "Staging"),
    ("eu-de_sandbox", "Sandbox"),
)
EXTRA_PROJECTS = ("billing", "research", "web", "data")


@dataclass(frozen=True, slots=True)
class DiskPlan:
    """A disk of the demo. ``odd`` ones come last in the list."""

    name: str | None
    size: int
    kind: str = "SSD"
    status: str = "available"
    zone: str = "eu-de-01"
    servers: tuple[str, ...] = ()
    bootable: bool = False
    encrypted: bool = False
    multiattach: bool = False
    dr_site: bool = False
    description: str | None = None
    odd: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """One disk's nightly backups, ``minute`` minutes before the last at night."""

    prefix: str
    disk: str
    size: int
    nights: int
    minute: int


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """A backup of the demo that is no link of a chain."""

    name: str | None
    disk: str
    hours_ago: int
    """Before the last night's run."""
    size: int = 0
    """0 for the disk's own."""
    status: str = "available"
    description: str | None = None
    zone: str | None = "eu-de-01"
    kind: int | None = 0
    bootable: bool = False
    encrypted: bool = False
    foreign: bool = False
    source_gone: bool = False
    server: str = ""
    fail_reason: str | None = None
    script: Script = Script.NORMAL
    has_metadata: bool = True
    raw_metadata: str | None = None


DISKS: tuple[DiskPlan, ...] = (
    DiskPlan("db-data-01", 100, description="PostgreSQL data, primary"),
    DiskPlan("db-data-02", 100, status="in-use", servers=("db-02",)),
    DiskPlan("db-log-01", 50),
    DiskPlan("db-system-01", 40, status="in-use", servers=("db-01",), bootable=True),
    DiskPlan("web-data-01", 200, kind="SAS", status="in-use", servers=("web-01",)),
    DiskPlan("web-system-01", 40, status="in-use", servers=("web-01",), bootable=True),
    DiskPlan("app-data-01", 150),
    DiskPlan("app-system-01", 40, bootable=True),
    DiskPlan("mail-data-01", 500, kind="SATA", status="in-use", servers=("mail-01",)),
    DiskPlan("vault-data-01", 80, encrypted=True, description="Customer documents"),
    DiskPlan("restore-test-01", 100),
    DiskPlan("scratch-07", 200, zone="eu-de-02"),
    DiskPlan("small-01", 20),
    DiskPlan("rehearsal-01", 10, description="For rehearsing restores"),
    DiskPlan("rehearsal-02", 10),
    DiskPlan("rehearsal-03", 10),
    DiskPlan("rehearsal-04", 10),
    DiskPlan("rehearsal-05", 10),
    DiskPlan("rehearsal-06", 10),
    DiskPlan("rehearsal-07", 10),
    DiskPlan(
        "fileshare-01",
        1000,
        kind="SATA",
        status="in-use",
        servers=("files-01", "files-02"),
        multiattach=True,
    ),
    DiskPlan("cluster-quorum-01", 120, multiattach=True),
    DiskPlan("quorum-restore-01", 120, status="restoring-backup"),
    DiskPlan("report-data-01", 120, status="backing-up"),
    DiskPlan("erp-data-dr", 300, dr_site=True, description="Replica at the second site"),
    DiskPlan("archive-2024", 400, kind="SATA", status="error"),
    DiskPlan("warehouse-data-01", 250, status="error_restoring"),
    DiskPlan("data", 100, description="Which of the two?"),
    DiskPlan("data", 100),
    DiskPlan("Finance Share Q4", 60, odd=True),
    DiskPlan("größe-münchen-01", 60, odd=True),
    DiskPlan("数据盘-备份-01", 60, odd=True),
    DiskPlan("disk 🚀 rocket", 40, odd=True),
    DiskPlan("[red]markup[/red] [b]disk", 40, odd=True),
    DiskPlan("colour \x1b[31mred\x1b[0m \x1b]0;title\x07 disk", 40, odd=True),
    DiskPlan("bidi \u202etxt.ksid\u202c disk", 40, odd=True),
    DiskPlan("long-" + "0123456789" * 25, 40, odd=True),
    DiskPlan("line\nbreak\tand tab", 40, odd=True),
    DiskPlan("", 40, odd=True),
    DiskPlan(None, 40, odd=True),
)

CHAINS: tuple[Chain, ...] = (
    Chain("nightly-db", "db-data-01", 100, 7, 0),
    Chain("nightly-web", "web-data-01", 200, 5, 15),
    Chain("nightly-app", "app-data-01", 150, 4, 30),
    Chain("nightly-mail", "mail-data-01", 500, 3, 45),
)

_NOTE = '{"DESC": "before the upgrade to PostgreSQL 17", "INC": 0}'

SINGLES: tuple[BackupPlan, ...] = (
    BackupPlan(
        "weekly-fileshare-{date}", "fileshare-01", 1, status="creating", description="weekly"
    ),
    BackupPlan("before-upgrade-postgres-17", "db-data-01", 40, description=_NOTE),
    BackupPlan("nightly-vault-{date}", "vault-data-01", 3, encrypted=True),
    BackupPlan("autobk_db-01_system", "db-system-01", 26, kind=1, server="db-01"),
    BackupPlan("autobk_web-01_system", "web-system-01", 27, kind=1, server="web-01"),
    BackupPlan("monthly-app-system-{month}", "app-system-01", 200),
    BackupPlan("demo-succeeds", "rehearsal-01", 64),
    BackupPlan("demo-fails-while-writing", "rehearsal-02", 65, script=Script.FAILS_WHILE_WRITING),
    BackupPlan("demo-fails-before-writing", "rehearsal-03", 66, script=Script.FAILS_BEFORE_WRITING),
    BackupPlan("demo-refused", "rehearsal-04", 67, script=Script.REFUSED),
    BackupPlan("demo-server-error", "rehearsal-05", 68, script=Script.SERVER_ERROR),
    BackupPlan("demo-no-answer", "rehearsal-06", 69, script=Script.NO_ANSWER),
    BackupPlan("demo-job-forgotten", "rehearsal-07", 70, script=Script.JOB_FORGOTTEN),
    BackupPlan("scratch-before-cleanup", "scratch-07", 90, zone="eu-de-02"),
    BackupPlan("report-{date}", "report-data-01", 100),
    BackupPlan(
        "warehouse-{date}", "warehouse-data-01", 110, description='{"DESC": "by hand", "INC": 0}'
    ),
    BackupPlan("archive-2024-final", "archive-2024", 300),
    BackupPlan("erp-data-copy", "erp-data-dr", 130, kind=4),
    BackupPlan("fileshare-full", "fileshare-01", 400),
    BackupPlan("legacy-crm-last", "legacy-crm-data", 500, size=60, source_gone=True),
    BackupPlan(
        "nightly-log-failed",
        "db-log-01",
        52,
        status="error",
        fail_reason="The snapshot of the disk could not be read.",
    ),
    BackupPlan("being-restored-elsewhere", "cluster-quorum-01", 75, status="restoring"),
    BackupPlan("shared-by-partner", "partner-disk", 140, size=80, foreign=True, source_gone=True),
)

ODD_BACKUPS: tuple[BackupPlan, ...] = (
    BackupPlan("Finance Share before audit", "Finance Share Q4", 330),
    BackupPlan("sicherung-größe-münchen", "größe-münchen-01", 331, description="Größenänderung"),
    BackupPlan("备份-数据盘-每日", "数据盘-备份-01", 332, description="每日备份"),
    BackupPlan("backup 🚀 rocket", "disk 🚀 rocket", 333),
    BackupPlan("[red]markup[/red] [@click=app.quit]x[/]", "[red]markup[/red] [b]disk", 334),
    BackupPlan("esc \x1b[2J\x1b[31mred\x1b[0m \x1b]0;owned\x07", "db-log-01", 335),
    BackupPlan("bidi \u202eetadpu\u202c \u2066isolate\u2069", "db-log-01", 336),
    BackupPlan("long-" + "abcdefghij" * 25, "db-log-01", 337),
    BackupPlan("", "db-log-01", 338),
    BackupPlan(None, "db-log-01", 339, zone=None),
    BackupPlan("no-metadata", "db-log-01", 340, has_metadata=False),
    BackupPlan("broken-metadata", "db-log-01", 341, raw_metadata='{"bootable": tr'),
    BackupPlan("strange-status", "db-log-01", 342, status="hibernating"),
)
