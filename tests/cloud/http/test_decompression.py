"""Packed answers: undone piece by piece, within the bound, or refused."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib

import pytest

from tests.support.toy_cloud import VOLUME, ToyCloud
from tests.support.wire_server import Heard, Reply, reply
from vbs_tui.cloud.errors import CloudError, ErrorKind
from vbs_tui.cloud.http.decompression import BodyTooLarge, Decompressor, UndecodableBody

BODY = random.Random(1).randbytes(20_000) + b"z" * 20_000


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("", BODY),
        ("identity", BODY),
        ("gzip", gzip.compress(BODY)),
        (" GZip ", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
    ],
    ids=["none", "identity", "gzip", "odd", "zlib", "raw"],
)
@pytest.mark.parametrize("size", [1, 7, 4096, 10**6])
def test_whole_whatever_the_pieces(encoding: str, packed: bytes, size: int) -> None:
    unpacker = Decompressor(encoding, len(BODY))
    for start in range(0, len(packed), size):
        unpacker.feed(packed[start : start + size])
    assert unpacker.finish() == BODY


def test_one_byte_too_many() -> None:
    unpacker = Decompressor("gzip", len(BODY) - 1)
    with pytest.raises(BodyTooLarge):
        unpacker.feed(gzip.compress(BODY))


@pytest.mark.parametrize("encoding", ["UTF-8", "none", "binary", "*", ",", "identity, x", "x"])
def test_what_is_no_packing_is_left_as_it_is(encoding: str) -> None:
    unpacker = Decompressor(encoding, len(BODY))
    unpacker.feed(BODY)
    assert unpacker.finish() == BODY


@pytest.mark.parametrize("encoding", ["gzip,", "identity, gzip", "gzip, UTF-8"])
def test_one_packing_among_others(encoding: str) -> None:
    unpacker = Decompressor(encoding, len(BODY))
    unpacker.feed(gzip.compress(BODY))
    assert unpacker.finish() == BODY


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip,deflate", "compress"])
def test_what_was_not_asked_for(encoding: str) -> None:
    with pytest.raises(UndecodableBody):
        Decompressor(encoding, 10)


@pytest.mark.parametrize(
    "packed", [b"no gzip at all", gzip.compress(BODY)[:-9]], ids=["none", "cut"]
)
def test_what_is_broken(packed: bytes) -> None:
    unpacker = Decompressor("gzip", len(BODY))
    with pytest.raises(UndecodableBody):  # noqa: PT012 - at the first piece, or at the end
        unpacker.feed(packed)
        unpacker.finish()


def test_nothing_at_all_is_nothing() -> None:
    assert Decompressor("gzip", 10).finish() == b""


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip"])
async def test_a_bomb_takes_no_more_memory_than_the_bound(encoding: str) -> None:
    bomb = gzip.compress(b"\0" * 150_000_000, compresslevel=1)
    bomb = gzip.compress(bomb) if "," in encoding else bomb

    def service(heard: Heard) -> Reply:
        return reply(bomb, 200, {"Content-Encoding": encoding})

    async with ToyCloud(service) as cloud:
        provider = await cloud.provider()
        tracemalloc.start()
        try:
            with pytest.raises(CloudError) as caught:
                await provider.volume(VOLUME)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert caught.value.failure.kind is ErrorKind.UNUSABLE
    assert peak < 120_000_000
