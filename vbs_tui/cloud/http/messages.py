"""One request and its answer, as plain data. Neither shows a header or a secret in its ``repr``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from vbs_tui.cloud.http.error_envelopes import Envelope


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent, and what it is for."""

    method: str
    url: str
    what: str
    """What is being done, in words, for errors: ``list backups``."""
    target: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    submits: bool = False
    """Whether it changes something: sent urgently, on a fresh connection, with more patience."""

    may_send: Callable[[], bool] | None = field(default=None, repr=False, compare=False)
    """Asked when the connection stands; if it says no, no byte of the request leaves."""

    @property
    def url_without_query(self) -> str:
        """Scheme, host and path: the URL without its query."""
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
    """What the body says of an error; empty when it tells of none."""
    request_id: str
    raw_body: str = field(repr=False)
    """Cleaned, bounded, secrets blotted out."""
    length: int = 0
    """Bytes of the body as it came, unpacked."""
    is_in_the_way: bool = False
    """Whether a password or key was hidden where a state, an id or an address is told."""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_ok(self) -> bool:
        """Whether it is a success that tells of no error in its body."""
        return self.is_success and not self.envelope.is_error
