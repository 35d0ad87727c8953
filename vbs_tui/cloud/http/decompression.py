"""Decompresses bodies piece by piece, so that a few bytes cannot fill the memory.

httpx decompresses each piece as a whole, before its size can be checked.
"""

from __future__ import annotations

import zlib

ENCODINGS = "gzip, deflate"
"""What can be decompressed here, for ``Accept-Encoding``."""

_SUPPORTED = frozenset({"gzip", "x-gzip", "deflate"})
_COMPRESSING = _SUPPORTED | {
    "br",
    "zstd",
    "compress",
    "x-compress",
    "dcb",
    "dcz",
    "exi",
    "pack200-gzip",
}
"""The registered codings that compress."""

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
"""zlib detects by itself whether the data is gzip or zlib."""


class BodyTooLarge(Exception):  # noqa: N818
    """The body is larger than allowed."""


class UndecodableBody(Exception):  # noqa: N818
    """The body is compressed in a way that was not asked for, or is damaged."""


class Decompressor:
    """Takes a body's bytes as they come."""

    def __init__(self, encoding: str, most: int) -> None:
        """*encoding*: the header ``Content-Encoding``. *most*: bytes, decompressed.

        Raises :class:`Unreadable` for one that is not supported.
        """
        names = [part.strip().lower() for part in encoding.split(",")]
        # Other values (some servers put character sets there) do not compress, and are ignored.
        compressed = [name for name in names if name in _COMPRESSING]
        if len(compressed) > 1 or not _SUPPORTED.issuperset(compressed):
            raise UndecodableBody
        self._most = most
        self._body = bytearray()
        self._is_deflate = compressed == ["deflate"]
        self._inflater = zlib.decompressobj(_GZIP_OR_ZLIB) if compressed else None
        self._is_begun = False
        self._head = b""
        """What came before anything could be decompressed."""

    def feed(self, piece: bytes) -> None:
        """The next bytes. Raises :class:`TooLarge`, :class:`Unreadable`."""
        if self._inflater is None:
            self._add(piece)
            return
        try:
            while piece:
                piece = self._step(piece)
        except zlib.error:
            raise UndecodableBody from None

    def finish(self) -> bytes:
        """The whole body. Raises :class:`Unreadable` when the end is missing."""
        if self._inflater is not None and self._is_begun and not self._inflater.eof:
            raise UndecodableBody
        return bytes(self._body)

    def _step(self, piece: bytes) -> bytes:
        assert self._inflater is not None
        room = self._most + 1 - len(self._body)
        self._is_begun = True
        try:
            made = self._inflater.decompress(piece, room)
        except zlib.error:
            if self._body or not self._is_deflate:
                raise
            # Some servers send raw deflate, without the zlib header.
            self._is_deflate = False
            self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            made = self._inflater.decompress(self._head + piece, room)
        if self._is_deflate and not self._body and not made:
            self._head += piece
        self._add(made)
        return b"" if self._inflater.eof else self._inflater.unconsumed_tail

    def _add(self, made: bytes) -> None:
        self._body += made
        if len(self._body) > self._most:
            raise BodyTooLarge
