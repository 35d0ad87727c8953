"""Pane 3: the volumes of the open project, ranked as targets once a backup is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from vbs_tui.clock import Clock
from vbs_tui.cloud.resources import Backup, Volume
from vbs_tui.restore.checks.hazard_rules import (
    Hazard,
    RestorePair,
    backup_is_available,
    backup_is_ours,
    find_hazards,
)
from vbs_tui.ui.render.table import Cell
from vbs_tui.ui.render.volume_columns import (
    COLUMNS,
    PLAIN_COLUMNS,
    volume_pairs,
    volume_row,
    volume_text,
)
from vbs_tui.ui.render.volume_ranking import Rank, Ranking
from vbs_tui.ui.store.store import Change
from vbs_tui.ui.widgets.list_pane import CloudListPane
from vbs_tui.ui.widgets.rows.row_list import RowList
from vbs_tui.ui.widgets.rows.row_model import CALL_STEP
from vbs_tui.ui.widgets.rows.work_queue import Steps

Row = Sequence[Cell]


class VolumesPane(CloudListPane[Volume]):
    """The backup's source disk first, other possible ones next, impossible ones last."""

    number = 3
    pane_name = "Volumes"
    noun = ("volume", "volumes")

    def __init__(self, clock: Clock, zone: tzinfo | None) -> None:
        self._clock = clock
        self._zone = zone
        self._ranking: Ranking | None = None
        rows: RowList[Volume] = RowList(
            PLAIN_COLUMNS, lambda volume: volume.id, self._row, text_of=volume_text
        )
        super().__init__(rows, id="volumes")

    def on_mount(self) -> None:
        self._order()

    @property
    def backup(self) -> Backup | None:
        """The backup that the volumes are ranked for."""
        return None if self._ranking is None else self._ranking.backup

    def rank_for(self, backup: Backup | None, project_id: str, *, to_best: bool = False) -> None:
        """Rank for *backup*; ``None`` sorts by name. *to_best*: put the cursor on the best."""
        if backup is None:
            self._ranking = None
        elif backup != self.backup:
            self._ranking = Ranking(
                backup,
                lambda this, volume: find_hazards(this, volume, project_id=project_id),
                _of_backup(backup, project_id),
            )
        self.list.set_columns(PLAIN_COLUMNS if backup is None else COLUMNS)
        if to_best and backup is not None:
            # In the order of the ranks that is the first row; in a sort it may be any.
            self.list.start_at_top(backup.volume_id if self.list.sort_description else None)
        self._order()
        if to_best and self._state is not None and self._state.is_loaded:
            self.list.pin_cursor()
        self.update_title()
        self.update_subtitle()

    def changed(self, change: Change, row: Volume | None = None, row_id: str = "") -> None:
        ranking = self._ranking
        if ranking is not None and change is Change.SWAPPED:
            ranking.forget()
        super().changed(change, row, row_id)
        if ranking is not None and change is Change.ROW and row is not None:
            ranking.of(row)
            self.update_subtitle()
        elif change in (Change.SWAPPED, Change.APPENDED):
            self._rank_all()

    def rank_of(self, volume: Volume) -> Rank | None:
        """The rank of *volume*; ``None`` while no backup is chosen."""
        return None if self._ranking is None else self._ranking.of(volume)

    def title(self) -> str:
        backup = self.backup
        if backup is None:
            return self.pane_name
        size = "size unknown" if backup.size is None else f"{backup.size:,} GiB"
        bar = f" · × {self._why_blocked}" if self._why_blocked else ""
        return f"{self.pane_name} · targets for {backup.name or backup.id} ({size}){bar}"

    def subtitle_parts(self) -> list[str]:
        said = super().subtitle_parts()
        ranking = self._ranking
        if not self.list.total:
            return said
        if ranking is None:
            return ["choose a backup first", *said]
        if ranking.known < self.list.total:
            return [f"ranking {self.list.total:,} …", *said[1:]]
        why = f": {self._why_blocked}" if self._why_blocked else ""
        return [f"{ranking.possible:,} possible of {self.list.total:,}{why}", *said[1:]]

    @property
    def _why_blocked(self) -> str:
        """Why the chosen backup cannot be restored onto any volume, in a few words."""
        return "" if self._ranking is None else self._ranking.why_blocked

    def pairs(self, volume: Volume) -> list[tuple[str, str]]:
        """Everything that is known of *volume*."""
        now = self._clock.now()
        return volume_pairs(volume, self.rank_of(volume), now=now, zone=self._zone)

    def _order(self) -> None:
        ranking = self._ranking
        if ranking is None:
            self.list.set_natural_order(lambda volume: (volume.name.casefold(), volume.id))
        else:
            self.list.set_natural_order(lambda volume: ranking.of(volume).order)
            self._rank_all()

    def _rank_all(self) -> None:
        """Rank also the rows that are not drawn in a sort by a column: they are counted."""
        ranking = self._ranking
        if ranking is None or not self.list.sort_description:
            return

        def steps() -> Steps:
            volumes = self.list.items()
            for start in range(0, len(volumes), CALL_STEP):
                for volume in volumes[start : start + CALL_STEP]:
                    ranking.of(volume)
                yield

        self.list.run_in_steps("rank", steps, self.list.total)

    def _row(self, volume: Volume) -> Row:
        state = self._state
        is_namesake = state is not None and state.count_named(volume.name) > 1
        return volume_row(volume, self.rank_of(volume), is_namesake=is_namesake)


def _of_backup(backup: Backup, project_id: str) -> tuple[Hazard, ...]:
    """The hazards that are the same for every volume."""
    pair = RestorePair(backup, Volume(id="", name="", status="", size=None), project_id)
    found = (rule(pair) for rule in (backup_is_available, backup_is_ours))
    return tuple(hazard for hazard in found if hazard is not None)
