"""The demo world: a company's disks and their nightly backups, up to the present."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from vbs_tui.simulator.world.demo_data import (
    CHAINS,
    DISKS,
    EXTRA_PROJECTS,
    ODD_BACKUPS,
    PROJECTS,
    SINGLES,
    BackupPlan,
    DiskPlan,
)
from vbs_tui.simulator.world.ids import dashed, derived_hex, derived_uuid
from vbs_tui.simulator.world.world import (
    AccessKey,
    AppCredential,
    Attachment,
    Backup,
    Project,
    Server,
    User,
    Volume,
    World,
)

_DOMAIN = "OTC00000000001000009001"
_NIGHT_HOUR = 2
_LONE_NIGHTS = 8
_FULL_NOTE = '{"DESC": "nightly", "INC": 0}'
_INCREMENTAL_NOTE = '{"DESC": "nightly", "INC": 1}'
_DISK_NIGHTS = 8


def demo_world(
    now: datetime, *, seed: int = 1, projects: int = 3, backups: int = 60, volumes: int = 40
) -> World:
    """A world of that many projects. The first holds ``backups`` and ``volumes`` rows.

    The second holds a third of them and each further one a tenth. Equal arguments make equal
    worlds. Raises ``ValueError`` for less than one project.
    """
    if projects < 1:
        raise ValueError("A simulated cloud has at least one project.")
    world = World(derived_hex(seed, "domain"), _DOMAIN)
    for place in range(projects):
        share = (1, 3)[place] if place < 2 else 10
        name, description = _project_name(place)
        project = Project(derived_hex(seed, "project", name), name, description)
        builder = _Builder(project, now, f"{seed}/{name}")
        builder.fill(_part(backups, share), _part(volumes, share))
        world.projects.append(project)
    _add_people(world, seed)
    return world


def _part(number: int, share: int) -> int:
    return number if share == 1 else min(number, max(6, number // share))


def _project_name(place: int) -> tuple[str, str]:
    if place < len(PROJECTS):
        return PROJECTS[place]
    team = EXTRA_PROJECTS[(place - len(PROJECTS)) % len(EXTRA_PROJECTS)]
    return f"eu-de_{team}-{place + 1:02d}", f"Team {team}"


def _add_people(world: World, seed: int) -> None:
    everything = tuple(project.id for project in world.projects)

    def user(name: str, password: str, **more: object) -> User:
        made = User(derived_hex(seed, "user", name), name, password, everything)
        for key, value in more.items():
            setattr(made, key, value)
        world.users.append(made)
        return made

    demo = user("demo", "demo-password")
    user("demo-viewer", "demo-password", may_restore=False)
    user("demo-admin", "demo-password", is_admin=True)
    user("demo-mfa", "demo-password", totp_secret=b"simulated-cloud-totp")
    world.app_credentials.append(
        AppCredential(
            derived_hex(seed, "credential"),
            "demo-credential",
            "demo-credential-secret",
            demo.id,
            world.projects[0].id,
        )
    )
    world.access_keys += [
        AccessKey("SIMULATEDACCESSKEY01", "simulatedSecretKeyForDemoOnly0000000001", demo.id),
        AccessKey(
            "SIMULATEDTEMPKEY0002",
            "simulatedSecretKeyForDemoOnly0000000002",
            demo.id,
            "simulated-security-token",
        ),
    ]


class _Builder:
    """Fills one project."""

    def __init__(self, project: Project, now: datetime, seed: str) -> None:
        self.project = project
        self.seed = seed
        self.now = now
        self._rng = random.Random(seed)
        night = now.replace(hour=_NIGHT_HOUR, minute=0, second=0, microsecond=0)
        if now - night < timedelta(minutes=40):
            night -= timedelta(days=1)
        self.last_night = night

    def fill(self, backups: int, volumes: int) -> None:
        self._add_volumes(volumes)
        self._add_backups(backups)

    def _new_id(self) -> str:
        return dashed(f"{self._rng.getrandbits(128):032x}")

    def _add_volumes(self, number: int) -> None:
        plans = list(DISKS[:number])
        clean = sum(1 for plan in plans if not plan.odd)
        fillers = [_filler_disk(place) for place in range(number - len(plans))]
        plans[clean:clean] = fillers
        self.project.volumes.extend(self._volume(plan, place) for place, plan in enumerate(plans))

    def _volume(self, plan: DiskPlan, place: int) -> Volume:
        # The list is sorted by creation, newest first: the order of the plans is the order shown.
        created = self.now - timedelta(days=200, hours=3 * place, minutes=place * 7 % 60)
        created = created.replace(microsecond=(place * 7919 + 123) % 1_000_000)
        volume = Volume(
            id=self._new_id(),
            name=plan.name,
            size=plan.size,
            created_at=created,
            status=plan.status,
            updated_at=created + timedelta(days=2, minutes=place),
            description=plan.description,
            availability_zone=plan.zone,
            volume_type=plan.kind,
            bootable=plan.bootable,
            multiattach=len(plan.servers) > 1 or plan.multiattach,
            dr_site=plan.dr_site,
        )
        if plan.encrypted:
            volume.metadata["__system__encrypted"] = "1"
            volume.metadata["__system__cmkid"] = derived_uuid(self.seed, "key")
        for server_name in plan.servers:
            server_id = self._server(server_name)
            device = "/dev/vda" if plan.bootable else "/dev/vdb"
            volume.attachments.append(Attachment(server_id, device, created))
        return volume

    def _server(self, name: str) -> str:
        server_id = derived_uuid(self.seed, "server", name)
        self.project.servers[server_id] = Server(server_id, name)
        return server_id

    def _add_backups(self, number: int) -> None:
        ids = {
            volume.name: volume
            for volume in self.project.volumes.ordered("created_at", descending=False)[0]
        }
        rows: list[Backup] = []
        for chain in CHAINS:
            rows += [
                self._nightly(chain.prefix, ids.get(chain.disk), chain.size, chain.minute, night)
                for night in range(chain.nights)
            ]
        rows += [self._single(plan, ids.get(plan.disk)) for plan in SINGLES]
        rows += [self._single(plan, ids.get(plan.disk)) for plan in ODD_BACKUPS]
        rows = rows[:number]
        rows += self._older(number - len(rows), list(self.project.volumes))
        self.project.backups.extend(rows)

    def _nightly(
        self, prefix: str, disk: Volume | None, size: int, minute: int, night: int
    ) -> Backup:
        moment = self.last_night - timedelta(days=night, minutes=minute)
        stamp = moment.replace(second=13, microsecond=(123_456 + night) % 1_000_000)
        is_full = night % 7 == 6
        return Backup(
            id=self._new_id(),
            name=f"{prefix}-{moment.date().isoformat()}",
            size=disk.size if disk else size,
            volume_id=disk.id if disk else derived_uuid(self.seed, "gone", prefix),
            created_at=stamp,
            description=_FULL_NOTE if is_full else _INCREMENTAL_NOTE,
            availability_zone=disk.availability_zone if disk else "eu-de-01",
            volume_type=disk.volume_type if disk else "SSD",
            incremental=not is_full,
        )

    def _single(self, plan: BackupPlan, disk: Volume | None) -> Backup:
        gone = derived_uuid(self.seed, "gone", plan.disk)
        moment = self.last_night - timedelta(hours=plan.hours_ago)
        name = plan.name
        if name is not None:
            name = name.replace("{date}", f"{moment:%Y-%m-%d}").replace(
                "{month}", f"{moment:%Y-%m}"
            )
        backup = Backup(
            id=self._new_id(),
            name=name,
            size=plan.size or (disk.size if disk else 40),
            volume_id=disk.id if disk and not plan.source_gone else gone,
            created_at=moment + timedelta(seconds=41, microseconds=907_001),
            status=plan.status,
            description=plan.description,
            availability_zone=plan.zone,
            volume_type=disk.volume_type if disk else "SSD",
            bootable=disk.bootable if disk else plan.bootable,
            kind=plan.kind,
            fail_reason=plan.fail_reason,
            script=plan.script,
            has_metadata=plan.has_metadata,
            raw_metadata=plan.raw_metadata,
        )
        if plan.encrypted:
            backup.kms_key_id = derived_uuid(self.seed, "key")
        if plan.kind in (1, 5):
            backup.server_id = derived_uuid(self.seed, "server", plan.server)
        if plan.foreign:
            backup.owner_id = derived_hex(self.seed, "project that shares")
        if plan.status == "creating":
            backup.progress = 43
        return backup

    def _older(self, number: int, disks: list[Volume]) -> list[Backup]:
        """Earlier nights, disk after disk: rows for a world of any size."""
        chains = {chain.disk: chain for chain in CHAINS}
        sources = [disk for disk in disks if disk.name in chains]
        if number > len(sources) * _DISK_NIGHTS:
            sources += [disk for disk in disks if _is_plain(disk.name) and disk.name not in chains]
        rows: list[Backup] = []
        for place in range(number):
            night, turn = divmod(place, len(sources) or 1)
            disk = sources[turn] if sources else None
            chain = chains.get(disk.name or "") if disk else None
            prefix = f"nightly-{disk.name}" if disk else "nightly-lost"
            first, minute = _LONE_NIGHTS, turn % 59
            if chain is not None:
                prefix, first, minute = chain.prefix, chain.nights, chain.minute
            rows.append(self._nightly(prefix, disk, 40, minute, first + night))
        return rows


def _is_plain(name: str | None) -> bool:
    return bool(name) and str(name).isascii() and str(name).isprintable() and " " not in str(name)


def _filler_disk(place: int) -> DiskPlan:
    number = place // 2 + 1
    if place % 2:
        return DiskPlan(f"worker-data-{number:02d}", 60)
    return DiskPlan(
        f"worker-system-{number:02d}",
        40,
        bootable=True,
        servers=(f"worker-{number:02d}",),
        status="in-use",
    )
