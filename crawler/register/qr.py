"""The text of a QR code in a picture, within bounds: hostile pictures are refused before they are
unpacked."""

from __future__ import annotations

import warnings
from io import BytesIO

MOST_BYTES = 2_000_000
MOST_PIXELS = 4_000_000
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
LONGEST = 800


def qr_texts(body: bytes) -> tuple[str, ...]:
    """What the QR codes of a picture say; nothing for anything else, however broken. Never
    raises."""
    if not body or len(body) > MOST_BYTES:
        return ()
    # Ten megabytes that a night without new pictures does not need.
    import zxingcpp
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the size is checked here, before anything is unpacked
            with Image.open(BytesIO(body), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    return ()
                gray = image.convert(
                    "RGBA" if "transparency" in image.info or image.mode == "RGBA" else "L"
                )
                if gray.mode == "RGBA":
                    paper = Image.new("RGBA", gray.size, "white")
                    gray = Image.alpha_composite(paper, gray).convert("L")
                codes = zxingcpp.read_barcodes(
                    gray, formats=zxingcpp.barcode_formats_from_str("QRCode")
                )
    except Exception:  # a picture from outside breaks decoders in ways nobody can list
        return ()
    return tuple(code.text[:LONGEST] for code in codes if code.text)
