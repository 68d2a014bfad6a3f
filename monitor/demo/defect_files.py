"""Files of the content sample: small documents and pictures made on the spot, whole ones and spoilt
ones."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from functools import cache

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of ``members``, the same bytes every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(
                zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


def docx(*paragraphs: str) -> bytes:
    """A Word file with these paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    xml = f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": xml.encode()})


def xlsx(*cells: str) -> bytes:
    """A workbook whose cells hold these texts, or numbers where they are digits only and short."""
    strings = "".join(f"<si><t>{text}</t></si>" for text in cells)
    rows = "".join(
        f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(len(cells))
    )
    return zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.xml": f'<workbook xmlns="{SHEET}"/>'.encode(),
            "xl/sharedStrings.xml": f'<sst xmlns="{SHEET}">{strings}</sst>'.encode(),
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>'.encode(),
        }
    )


def pdf(
    text: str = "Sample page with enough words to be read as text by anybody",
    *,
    packed: bytes = b"",
) -> bytes:
    """A PDF of one page with ASCII ``text``; ``packed`` replaces its content stream by one that is
    deflated already."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("ascii") if text else b""
    extra = b" /Filter /FlateDecode" if packed else b""
    stream = packed or stream
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length "
        + str(len(stream)).encode()
        + extra
        + b" >>\nstream\n"
        + stream
        + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        offsets.append(len(out))
        out += str(number).encode() + b" 0 obj\n" + part + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(
        f"{at:010d} 00000 n \n".encode() for at in offsets
    )
    out += b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n" + str(table).encode() + b"\n%%EOF\n"
    return bytes(out)


@cache
def pdf_bomb(size: int = 400_000_000) -> bytes:
    """A PDF whose one page unpacks to ``size`` bytes."""
    packer = zlib.compressobj(9)
    block = b" " * 1_000_000
    packed = b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()
    return pdf(packed=packed)


@cache
def zip_bomb(size: int = 2_000_000_000) -> bytes:
    """A zip with one member that unpacks to ``size`` zeros; made in pieces, never held whole."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(size // 10_000_000):
            member.write(bytes(10_000_000))
    return out.getvalue()


def nested(depth: int) -> bytes:
    """A zip in a zip in a zip …"""
    data = zipped({"说明.txt": "内容".encode()})
    for level in range(depth):
        data = zipped({f"{level}.zip": data})
    return data


def png(width: int = 60, height: int = 40, *, flat: bool = False) -> bytes:
    """A picture of two colours, or of one."""
    from PIL import Image

    image = Image.new("RGB", (width, height), (30, 90, 160))
    if not flat and width > 1:
        image.paste((220, 180, 40), (0, 0, width // 2, height))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def saved(form: str) -> bytes:
    """The two-coloured picture as ``JPEG``, ``GIF``, ``BMP``, ``WEBP``."""
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(png())).convert("RGB").save(out, form)
    return out.getvalue()


def huge_png(side: int = 20_000) -> bytes:
    """A PNG head that claims ``side`` × ``side`` pixels over little data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        )

    head = side.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def data_url(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def id_number(serial: int, region: str = "350199", born: str = "19900203") -> str:
    """An ID number with the right check character, of a county code that nobody has."""
    digits = f"{region}{born}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return (
        digits + "10X98765432"[sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11]
    )


def card_number(serial: int, length: int = 19) -> str:
    """A card number with Luhn's check digit, of an issuer that nobody has."""
    body = f"629999{serial:0{length - 7}d}"
    total = sum(
        (2 * int(d) - 9 * (int(d) > 4)) if n % 2 == 0 else int(d)
        for n, d in enumerate(reversed(body))
    )
    return body + str(-total % 10)
