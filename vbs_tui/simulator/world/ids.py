"""Ids that follow from their parts alone, so that equal worlds have equal ids."""

from __future__ import annotations

import hashlib


def derived_hex(*parts: object) -> str:
    """32 hex digits that follow from ``parts`` alone."""
    text = "/".join(str(part) for part in parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def derived_uuid(*parts: object) -> str:
    """A UUID in text that follows from ``parts`` alone."""
    return dashed(derived_hex(*parts))


def dashed(digits: str) -> str:
    """32 hex digits as a version 4 UUID; two digits are replaced by its version and variant."""
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
