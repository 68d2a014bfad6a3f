"""Pictures: is what came a picture, does it decode, is it more than a dot or a placeholder.

Pillow decodes only after the head has told a size within the limits.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

MOST_PIXELS = 64_000_000
"""Beyond this a picture is refused unseen: 64 million pixels take 192 MB."""
MOST_SIDE = 30_000
DECODED = 25_000_000
"""Beyond this the head alone is believed."""
PLACEHOLDER = re.compile(
    r"(?:^|[/_-])(?:no[-_]?(?:pic|img|image|photo)|default[-_]?(?:pic|img|image|photo)?|placeholder|blank|spacer|grey|loading|"
    r"zanwu|none|transparent|pixel|dot)\d{0,2}\.(?:gif|png|jpe?g|svg|webp)$",
    re.I,
)
PICTURE_HEADS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
SVG = re.compile(
    rb"\s{0,64}(?:<\?xml[^>]{0,200}>)?\s{0,64}(?:<!--.{0,1000}?-->\s{0,64})?(?:<!DOCTYPE svg[^>]{0,300}>)?\s{0,64}<svg[\s>]",
    re.I | re.S,
)
DATA = re.compile(r"data:image/[\w.+-]{1,20}(;base64)?,", re.I)
FLAT_FROM = 32
"""Pixels of the shorter side from which a picture of one colour is a placeholder and not a rule or
a bullet."""


@dataclass(frozen=True, slots=True)
class JudgedPicture:
    """``problem``: ``""``, ``page``, ``broken``, ``tiny``, ``placeholder``, ``refused``; ``why`` in
    Chinese."""

    problem: str = ""
    why: str = ""
    width: int = 0
    height: int = 0


def placeholder_name(url: str) -> bool:
    """Whether the file's name says that it stands for a missing picture."""
    try:
        return PLACEHOLDER.search(unquote(urlsplit(url).path)) is not None
    except ValueError:
        return False


def is_picture(data: bytes) -> bool:
    """By magic bytes."""
    riff = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return (
        data.startswith(PICTURE_HEADS)
        or riff
        or data[4:12] in (b"ftypavif", b"ftypheic")
        or SVG.match(data[:4096]) is not None
    )


def data_bytes(raw: str) -> bytes | None:
    """The bytes of a ``data:`` picture, or ``None`` when there are none to be had."""
    found = DATA.match(raw)
    if found is None:
        return None
    payload = raw[found.end() :]
    if not found[1]:
        return unquote(payload).encode("utf-8", "replace")
    try:
        return base64.b64decode(re.sub(r"\s", "", unquote(payload)), validate=True)
    except (binascii.Error, ValueError):
        return None


def look_at_picture(data: bytes) -> JudgedPicture:
    """What the bytes show. Never raises; memory stays within what :data:`DECODED` pixels take."""
    if not data:
        return JudgedPicture("broken", "图片为0字节")
    if not is_picture(data):
        return JudgedPicture("page", "返回的不是图片")
    if SVG.match(data[:4096]):
        return JudgedPicture("", "", 0, 0)
    from PIL import Image, UnidentifiedImageError  # loads slowly; only the reading room needs it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data))
            width, height = image.size
            if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
                return JudgedPicture("refused", f"{width}×{height}像素，超过限度", width, height)
            if width <= 1 and height <= 1:
                return JudgedPicture("tiny", "图片只有1×1像素", width, height)
            if width * height > DECODED:
                return JudgedPicture("", "", width, height)
            image.load()
            flat = min(width, height) >= FLAT_FROM and _flat(image)
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        IndexError,
        TypeError,
    ):
        return JudgedPicture("broken", "解码失败")
    except (MemoryError, Image.DecompressionBombError):
        return JudgedPicture("refused", "解码所需内存超过限度")
    if flat:
        return JudgedPicture("placeholder", "整幅图是一种颜色", width, height)
    return JudgedPicture("", "", width, height)


def _flat(image: object) -> bool:
    extrema = image.convert("RGBA").getextrema()  # type: ignore[attr-defined]
    return all(low == high for low, high in extrema)
