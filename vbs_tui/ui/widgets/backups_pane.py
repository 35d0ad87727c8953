"""Pane 2: the backups of the open project; one of them can be chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo

from textual import on
from textual.widget import Widget

from vbs_tui.clock import Clock
from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.times import local
from vbs_tui.ui.render.backup_columns import COLUMNS, backup_pairs, backup_row, backup_text
from vbs_tui.ui.render.formatting import short_id
from vbs_tui.ui.render.table import Cell
from vbs_tui.ui.store.store import ListState
from vbs_tui.ui.widgets.list_pane import CloudListPane
from vbs_tui.ui.widgets.one_line import OneLine
from vbs_tui.ui.widgets.rows.row_list import RowList

TAKEN = next(number for number, column in enumerate(COLUMNS) if column.title == "Taken")


class BackupsPane(CloudListPane[Backup]):
    """Remembers which backup is chosen, by its id; the backup itself is the store's."""

    number = 2
    pane_name = "Backups"
    noun = ("backup", "backups")

    DEFAULT_CSS = """
    BackupsPane {
        & #pinned { display: none; background: $background; }
        &.-pinned #pinned { display: block; }
    }
    """

    def __init__(
        self,
        clock: Clock,
        zone: tzinfo | None,
        volumes: Callable[[], ListState | None],
    ) -> None:
        """*volumes*: the list of the same project's volumes, for the names of source disks."""
        self._clock = clock
        self._zone = zone
        self._volumes = volumes
        self._chosen_id = ""
        rows: RowList[Backup] = RowList(
            COLUMNS,
            lambda backup: backup.id,
            self._row,
            text_of=lambda backup: backup_text(backup, self.source_of(backup)),
        )
        super().__init__(rows, id="backups")
        self._pinned = OneLine(id="pinned")

    def compose_above_list(self) -> Iterable[Widget]:
        yield self._pinned

    def on_mount(self) -> None:
        self.list.sort_by(TAKEN)

    @property
    def chosen(self) -> Backup | None:
        """The chosen backup as last read; ``None`` when none is, or it is no longer listed."""
        state = self._state
        row = state.get(self._chosen_id) if state is not None and self._chosen_id else None
        return row if isinstance(row, Backup) else None

    @property
    def has_lost_choice(self) -> bool:
        """Whether a backup was chosen that the list no longer has."""
        return bool(self._chosen_id) and self.chosen is None

    def choose(self, backup: Backup | None) -> None:
        """Choose *backup*, or none."""
        self._chosen_id = "" if backup is None else backup.id
        self.list.refresh()
        self._pin()

    @property
    def hides_choice(self) -> bool:
        """Whether the filter keeps the chosen backup out of the list."""
        return self.chosen is not None and not self.list.shows(self._chosen_id)

    @on(RowList.Changed)
    @on(RowList.FilterChanged)
    def _pin(self) -> None:
        """Show the chosen backup above the list while a filter hides it."""
        if self.list.is_working:
            return
        chosen = self.chosen if self.hides_choice else None
        self.set_class(chosen is not None, "-pinned")
        if chosen is not None:
            taken = chosen.taken_at
            when = "" if taken is None else f"  {local(taken, self._zone)[:16]}"
            named = chosen.name or f"(no name) · {short_id(chosen.id)}"
            self._pinned.say(
                [("  → ", "accent"), (named, "accent"), (when, "accent")],
                [(" chosen, hidden by the filter ", "warn")],
            )
        self.update_subtitle()

    def source_of(self, backup: Backup) -> str:
        """The disk it was taken from, in words."""
        volumes = self._volumes()
        if not backup.volume_id:
            return "(unknown)"
        row = volumes.get(backup.volume_id) if volumes is not None else None
        if isinstance(row, Volume):
            return row.name or short_id(row.id)
        if volumes is not None and volumes.listed_at is not None:
            return "(disk gone)"
        return short_id(backup.volume_id)

    def pairs(self, backup: Backup) -> list[tuple[str, str]]:
        """Everything that is known of *backup*."""
        now = self._clock.now()
        return backup_pairs(backup, now=now, zone=self._zone, source=self.source_of(backup))

    def collapsed_summary(self) -> str:
        chosen = self.chosen
        if chosen is None:
            return super().collapsed_summary()
        hidden = ", hidden by the filter" if self.hides_choice else ""
        return f"→ {chosen.name or chosen.id}{hidden}"

    def _row(self, backup: Backup) -> Sequence[Cell]:
        state = self._state
        return backup_row(
            backup,
            now=self._clock.now(),
            zone=self._zone,
            source=self.source_of(backup),
            is_chosen=backup.id == self._chosen_id,
            is_namesake=state is not None and state.count_named(backup.name) > 1,
        )
