"""A request and its response, as data. Their ``repr`` shows no header, body or secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from vbs_tui.cloud.http.error_envelopes import Envelope


@dataclass(frozen=True, slots=True)
class Request:
    """What to send, and what for."""

    method: str
    url: str
    what: str
    """What is being done, in words, for errors: ``list backups``."""
    target: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    submits: bool = False
    """Whether it changes something: sent without waiting, on a new connection, with a longer
    time-out."""

    may_send: Callable[[], bool] | None = field(default=None, repr=False, compare=False)
    """Asked when the connection is open; if it says no, no byte of the request is sent."""

    @property
    def url_without_query(self) -> str:
        """Scheme, host and path."""
        try:
            parts = urlsplit(self.url)
        except ValueError:
            return ""
        # A name or password before the host is left out.
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whatever its status."""

    request: Request
    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case; of a repeated header the values joined by a comma."""
    data: object = field(repr=False)
    """The body as JSON, or :data:`~vbs_tui.cloud.http.error_envelopes.NOT_JSON`."""
    envelope: Envelope = field(repr=False)
    """The error in the body; empty when there is none."""
    request_id: str
    raw_body: str = field(repr=False)
    """Cleaned, bounded, secrets blotted out."""
    length: int = 0
    """Bytes of the body, decompressed."""
    is_in_the_way: bool = False
    """Whether a password or key was hidden in a field that decides: a state, an id, a URL."""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_ok(self) -> bool:
        """Whether it is a success without an error in its body."""
        return self.is_success and not self.envelope.is_error
