"""Paging by marker: what was read of a list, and whether there is more."""

from __future__ import annotations

MOST_ROWS = 100_000
"""Rows that are read of one list; more are of no use, and fill the memory."""

MOST_BYTES = 256 * 1024 * 1024
"""The same for the bodies of the responses, in bytes."""


class Paging:
    """How far a list was read: over all passes, and in the present one.

    A pass begins at the first page. Another one is begun when the row that served as the marker was
    deleted meanwhile.
    """

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._lower_case_ids: set[str] = set()
        self.duplicates = 0
        self.marker = ""
        self.restarts = 0
        self.unreadable = 0
        self.last_page_was_full = False
        self._bytes = 0
        self._is_cut = False
        self._in_pass: set[str] = set()
        self._is_stuck = False

    def is_new(self, row_id: str) -> bool:
        """Whether the row is new: its id was not seen, also not in other letter case."""
        if row_id in self.seen:
            return False
        if row_id.lower() in self._lower_case_ids:
            self.duplicates += 1
            self.seen.add(row_id)
            return False
        if len(self.seen) >= MOST_ROWS:
            self._is_cut = True
            return False
        self.seen.add(row_id)
        self._lower_case_ids.add(row_id.lower())
        return True

    def restart(self) -> None:
        """Begin another pass."""
        self.restarts += 1
        self.marker = ""
        self._in_pass.clear()

    def has_next(self, ids: list[str], length: int) -> bool:
        """Whether to ask for another page after one with *ids*; sets the marker.

        *length*: bytes of the page.
        """
        self._bytes += length
        if not ids:
            self._is_stuck = self.last_page_was_full
            return False
        if self._in_pass.issuperset(ids):
            # The server ignores the marker; after a full page there may be more rows.
            self._is_stuck = self.last_page_was_full
            return False
        if self._is_cut or self._bytes >= MOST_BYTES:
            self._is_cut = True
            return False
        self._in_pass.update(ids)
        self.marker = ids[-1]
        return True

    def note(self, noun: str, page: int) -> str:
        """What was left out, as sentences; empty for nothing. *page*: rows asked for at once."""
        parts = []
        if self.unreadable:
            rows = "row" if self.unreadable == 1 else "rows"
            parts.append(f"{self.unreadable} {rows} of the {noun} list could not be read.")
        if self.duplicates:
            number = self.duplicates
            rows = "row" if number == 1 else "rows"
            parts.append(
                f"{number} {rows} of the {noun} list with the id of another in other letter case:"
                " left out."
            )
        if self._is_cut:
            parts.append(
                f"The {noun} list was cut off at {len(self.seen):,} rows: the cloud has more, or"
                " its list has no end."
            )
        if self._is_stuck:
            parts.append(
                f"The cloud does not page its {noun} list properly (page size {page}): "
                "the list may be incomplete."
            )
        return " ".join(parts)
