"""Bodies of answers, unpacked piece by piece: a few bytes must not become all of the memory.

The HTTP library unpacks each piece whole before anybody can look at its size.
"""

from __future__ import annotations

import zlib

ENCODINGS = "gzip, deflate"
"""What can be undone here, as ``Accept-Encoding`` says it."""

_UNDONE = frozenset({"gzip", "x-gzip", "deflate"})
_PACKED = _UNDONE | {"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"}
"""The registered codings that pack."""

_EITHER = 32 + zlib.MAX_WBITS
"""zlib finds out itself whether it is gzip's or its own form."""


class BodyTooLarge(Exception):  # noqa: N818 - a finding, named for what it says
    """The answer went over the bound."""


class UndecodableBody(Exception):  # noqa: N818
    """The answer is packed in a way that was not asked for, or badly."""


class Decompressor:
    """Takes an answer's bytes as they come."""

    def __init__(self, encoding: str, most: int) -> None:
        """*encoding*: the header ``Content-Encoding``. *most*: bytes, unpacked.

        Raises :class:`Unreadable` for one that cannot be undone.
        """
        names = [part.strip().lower() for part in encoding.split(",")]
        # What is no packing at all (servers write character sets there) is left as it is.
        packed = [name for name in names if name in _PACKED]
        if len(packed) > 1 or not _UNDONE.issuperset(packed):
            raise UndecodableBody
        self._most = most
        self._body = bytearray()
        self._is_deflate = packed == ["deflate"]
        self._unpack = zlib.decompressobj(_EITHER) if packed else None
        self._is_begun = False
        self._head = b""
        """What came before anything could be unpacked."""

    def feed(self, piece: bytes) -> None:
        """The next bytes. Raises :class:`TooLarge`, :class:`Unreadable`."""
        if self._unpack is None:
            self._add(piece)
            return
        try:
            while piece:
                piece = self._step(piece)
        except zlib.error:
            raise UndecodableBody from None

    def finish(self) -> bytes:
        """All of it. Raises :class:`Unreadable` when the end is missing."""
        if self._unpack is not None and self._is_begun and not self._unpack.eof:
            raise UndecodableBody
        return bytes(self._body)

    def _step(self, piece: bytes) -> bytes:
        assert self._unpack is not None
        room = self._most + 1 - len(self._body)
        self._is_begun = True
        try:
            made = self._unpack.decompress(piece, room)
        except zlib.error:
            if self._body or not self._is_deflate:
                raise
            # Some servers send deflate without the frame that its name promises.
            self._is_deflate = False
            self._unpack = zlib.decompressobj(-zlib.MAX_WBITS)
            made = self._unpack.decompress(self._head + piece, room)
        if self._is_deflate and not self._body and not made:
            self._head += piece
        self._add(made)
        return b"" if self._unpack.eof else self._unpack.unconsumed_tail

    def _add(self, made: bytes) -> None:
        self._body += made
        if len(self._body) > self._most:
            raise BodyTooLarge
