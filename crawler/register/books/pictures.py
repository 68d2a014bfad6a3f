"""Pictures that stand in cells: what their QR codes say. WPS keeps them beside the sheets
(``DISPIMG``), Excel draws them over the cell."""

from __future__ import annotations

import posixpath
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from lxml import etree
from openpyxl.worksheet.worksheet import Worksheet

from crawler.register.books.grid import Place
from crawler.register.qr import MOST_BYTES, qr_texts

CELL_IMAGES = "xl/cellimages.xml"
RELATIONS = "xl/_rels/cellimages.xml.rels"
MOST_PICTURES = 200
EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"


def cell_pictures(archive: zipfile.ZipFile) -> Mapping[str, bytes]:
    """The pictures of WPS's ``DISPIMG`` by their names; none where the book has none or they cannot
    be read."""
    names = {part.filename: part for part in archive.infolist()}
    if CELL_IMAGES not in names or RELATIONS not in names:
        return {}
    try:
        drawn, relations = (etree.fromstring(archive.read(n)) for n in (CELL_IMAGES, RELATIONS))
    except etree.XMLSyntaxError:
        return {}
    targets = {one.get("Id"): str(one.get("Target")) for one in relations}
    found = {}
    for one in list(drawn.iter("{*}pic"))[:MOST_PICTURES]:
        name = next((str(p.get("name")) for p in one.iter("{*}cNvPr")), "")
        target = next((targets.get(b.get(EMBED), "") for b in one.iter("{*}blip")), "")
        part = names.get(posixpath.normpath(posixpath.join("xl", target)))
        if name and part is not None and part.file_size <= MOST_BYTES:
            found[name] = archive.read(part)
    return found


def drawn_pictures(sheet: Worksheet) -> Mapping[Place, Sequence[bytes]]:
    """The pictures that are drawn over cells, by the cell of their upper left corner."""
    found: dict[Place, list[bytes]] = defaultdict(list)
    for image in sheet._images[:MOST_PICTURES]:  # type: ignore[attr-defined]  # openpyxl gives no other way to a sheet's pictures
        corner = getattr(image.anchor, "_from", None)
        if corner is not None:
            found[corner.row + 1, corner.col + 1].append(image._data())
    return found


def codes_of(pictures: Iterable[bytes]) -> tuple[str, ...]:
    """What the QR codes of ``pictures`` say, each once."""
    return tuple(dict.fromkeys(code for body in pictures for code in qr_texts(body)))
