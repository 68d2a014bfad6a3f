"""What stands for an address in the store: eight bytes of its hash."""

from __future__ import annotations

from hashlib import blake2b

HASH = 8


def key(url: str) -> bytes:
    """Eight bytes that stand for a post's address."""
    return blake2b(url.encode("utf-8", "surrogatepass"), digest_size=HASH).digest()


def keys(front: bytes) -> frozenset[bytes]:
    """The addresses packed in a front."""
    return frozenset(front[i : i + HASH] for i in range(0, len(front), HASH))
