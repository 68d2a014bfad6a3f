"""The bulletin as a Word document in the look of an official paper (GB/T 9704): still a draft to be
edited.

Title 2 号 方正小标宋, body 3 号 仿宋_GB2312, headings 黑体, 28-point lines, 22 lines a page, page numbers in
the foot, tables that repeat their head. Fonts are named with what stands in for them, never
shipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from lxml import etree

from monitor.bulletin.coverage import (
    basis_words,
    coverage_words,
    draft_words,
    rates_words,
    reasons_of,
)
from monitor.bulletin.model import FIELD_NAMES, Bulletin, Group
from monitor.bulletin.reports import BadTemplate
from monitor.bulletin.reports._traits import ReportTraits
from monitor.bulletin.template import fill, opened
from monitor.bulletin.text import annex_titles, opening, sections
from monitor.bulletin.widths import MARGIN, ems, fitted
from monitor.bulletin.words import FORM, FORM_NOTES, fields, record_line
from monitor.days.calendar import chinese_day

__all__ = ["PARTS", "TRAITS", "BadTemplate", "write"]

TRAITS = ReportTraits(
    title="Word",
    suffix=".docx",
    media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
TITLE, HEAD, BODY, LATIN = "方正小标宋简体", "黑体", "仿宋_GB2312", "Times New Roman"
STAND_INS = {TITLE: "华文中宋", HEAD: "SimHei", BODY: "仿宋"}
"""What Word takes where a font is missing (the font table's altName)."""
SIZE_TITLE, SIZE_BODY, SIZE_TABLE = Pt(22), Pt(16), Pt(12)
LINE = Pt(28)
TEXT_WIDTH = Mm(156)
BROKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
DAY = re.compile(r"(?<=\d)-(?=\d)")
"""The hyphens of 2020-07-20, where no line may end."""
BASES = "超期和空白栏目的认定依据"
SIDE_BY_SIDE = range(16, 51)
"""So many units an annex prints two lines side by side, as offices do; more would be torn over
several pages."""

TABLE_WIDTH = 15.6
"""Centimetres."""
SIZES, SMALL = (12.0, 10.5, 9.0, 7.5, 6.5), (10.5, 9.0)
"""Points that a table's text may have, the likeliest first: 小四 to 小六; two lines side by side are
not made smaller."""


def write(bulletin: Bulletin, path: Path) -> None:
    """Write ``bulletin`` to ``path``, into the office's own template where ``settings.template``
    names one.

    Raises ``OSError`` when a file cannot be read or written, :class:`BadTemplate` for a template
    that is no Word file or names an unknown field.
    """
    template = bulletin.settings.template
    document = (
        docx.Document() if not template else opened(Path(template), tuple(PARTS), FIELD_NAMES)
    )
    if not template:
        _page(document)
        _styles(document)
        _font_table(document)
        for part in PARTS.values():
            part(document, bulletin)
    else:
        fill(
            document,
            {name: partial(part, document, bulletin) for name, part in PARTS.items()},
            fields(bulletin),
        )
    _properties(document, bulletin)
    document.save(str(path))


def clean(text: str) -> str:
    """Text without what XML cannot hold."""
    return BROKEN.sub("", text)


def _page(document: Document) -> None:
    """A4 with the margins of GB/T 9704 (37 mm above, 28 mm left), page numbers in 4 号."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    document.settings.odd_and_even_pages_header_footer = True
    _number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)


def _number(foot: Paragraph, side: Any) -> None:
    """— 1 —, one character from the outer edge: odd pages right, even ones left."""
    foot.alignment = side
    foot.paragraph_format.left_indent = foot.paragraph_format.right_indent = Pt(14)
    for text, field in (("— ", ""), ("", "PAGE"), (" —", "")):
        run = foot.add_run(text)
        _font(run, "宋体", Pt(14))
        if field:
            _field(run, field)


def _field(run: Run, name: str) -> None:
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        element = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            element.set(qn("xml:space"), "preserve")
            element.text = text
        else:
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def _styles(document: Document) -> None:
    """Fonts on the styles themselves, and no theme font that would win over them."""
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = LATIN, SIZE_BODY
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    fonts.set(qn("w:eastAsia"), BODY)
    style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    style.paragraph_format.line_spacing = LINE
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)


def _font_table(document: Document) -> None:
    """Name the stand-ins in the document's font table."""
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            root = etree.fromstring(
                part.blob, etree.XMLParser(resolve_entities=False, no_network=True)
            )
            for name, stand_in in STAND_INS.items():
                font = etree.SubElement(root, qn("w:font"), {qn("w:name"): name})
                etree.SubElement(font, qn("w:altName"), {qn("w:val"): stand_in})
                etree.SubElement(font, qn("w:charset"), {qn("w:val"): "86"})
            part._blob = etree.tostring(
                root, xml_declaration=True, encoding="UTF-8", standalone=True
            )


def _properties(document: Document, bulletin: Bulletin) -> None:
    core = document.core_properties
    core.title, core.author = clean(bulletin.title)[:250], clean(bulletin.settings.office)[:250]
    core.subject = bulletin.period.words
    core.created = core.modified = bulletin.as_of.replace(tzinfo=None)
    core.last_modified_by = ""
    core.comments = (
        "自检未通过，经强制生成" if bulletin.forced else "由数据生成的草稿，印发前请核对"
    )
    core.language = "zh-CN"


def _font(run: Run, font: str = BODY, size: Any = SIZE_BODY, *, bold: bool = False) -> None:
    run.font.name, run.font.size, run.font.bold = LATIN, size, bold
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _say(
    document: Document,
    text: str,
    font: str = BODY,
    size: Any = SIZE_BODY,
    *,
    indent: bool = True,
    align: Any = None,
) -> Paragraph:
    paragraph = document.add_paragraph()
    for number, part in enumerate(DAY.split(clean(text))):
        if number:
            paragraph.runs[-1]._r.append(OxmlElement("w:noBreakHyphen"))
        _font(paragraph.add_run(part), font, size)
    if indent:
        paragraph.paragraph_format.first_line_indent = SIZE_BODY * 2
    paragraph.alignment = align if align is not None else WD_ALIGN_PARAGRAPH.JUSTIFY
    return paragraph


def _title(document: Document, bulletin: Bulletin) -> None:
    title = _say(
        document, bulletin.title, TITLE, SIZE_TITLE, indent=False, align=WD_ALIGN_PARAGRAPH.CENTER
    )
    title.paragraph_format.line_spacing = Pt(36)
    _say(document, "", indent=False)


def _addressees(document: Document, bulletin: Bulletin) -> None:
    _say(document, f"{bulletin.settings.addressees}：", indent=False)


def _text(document: Document, bulletin: Bulletin) -> None:
    if draft := draft_words(bulletin):
        _say(document, draft, HEAD)
    _say(document, opening(bulletin))
    for section in sections(bulletin):
        _say(document, section.heading, HEAD).paragraph_format.keep_with_next = True
        for paragraph in section.paragraphs:
            _say(document, paragraph)
    _say(document, coverage_words(bulletin))
    _say(document, "专此通报。")


def _contents(document: Document, bulletin: Bulletin) -> None:
    """附件：1. … with the following lines hanging under the first name."""
    _say(document, "", indent=False)
    for number, name in enumerate(annex_titles(bulletin), 1):
        lead = "附件：" if number == 1 else "　　　"
        line = _say(document, f"{lead}{number}. {name}", indent=False)
        line.paragraph_format.left_indent = SIZE_BODY * 6
        line.paragraph_format.first_line_indent = -(SIZE_BODY * 4)
        line.paragraph_format.keep_with_next = True


def _signature(document: Document, bulletin: Bulletin) -> None:
    """The office and the day, never parted by a page's end."""
    for text in ("", bulletin.settings.office, chinese_day(bulletin.printed)):
        line = _say(document, text, indent=False, align=WD_ALIGN_PARAGRAPH.RIGHT)
        line.paragraph_format.right_indent = SIZE_BODY * 2
        line.paragraph_format.keep_with_next = text != chinese_day(bulletin.printed)


def _annexes(document: Document, bulletin: Bulletin) -> None:
    for number, title in enumerate(annex_titles(bulletin), 1):
        _annex(document, bulletin, number, title)
    _bases(document, bulletin)


def _bases(document: Document, bulletin: Bulletin) -> None:
    """Behind the numbered annexes: what each accused column is accused by, and how often each rule
    was wrong."""
    rates = rates_words(bulletin)
    if not bulletin.accused and not rates:
        return
    heading = _say(document, BASES, TITLE, Pt(18), indent=False, align=WD_ALIGN_PARAGRAPH.CENTER)
    heading.paragraph_format.page_break_before = heading.paragraph_format.keep_with_next = True
    heading.paragraph_format.space_after = Pt(8)
    for number, one in enumerate(bulletin.accused, 1):
        _say(document, f"{number}. {basis_words(one)}", size=SIZE_TABLE, indent=False)
    if rates:
        _say(document, f"注：{rates}", size=SIZE_TABLE, indent=False)


def _annex(document: Document, bulletin: Bulletin, number: int, title: str) -> None:
    lead = _say(document, f"附件{number}", HEAD, indent=False)
    lead.paragraph_format.page_break_before = True
    lead.paragraph_format.keep_with_next = True
    heading = _say(
        document, title, TITLE, _one_line(title), indent=False, align=WD_ALIGN_PARAGRAPH.CENTER
    )
    heading.paragraph_format.keep_with_next = True
    heading.paragraph_format.space_after = Pt(8)
    groups = len(bulletin.groups)
    if number <= groups:
        _units(document, bulletin, bulletin.groups[number - 1])
        if note := reasons_of(bulletin.groups[number - 1], bulletin.months):
            _say(document, f"注：{note}", size=SIZE_TABLE, indent=False)
        if number == groups:
            _reconciled(document, bulletin)
    elif number == groups + 1:
        rows = [(str(n), "、".join(a.units), a.name) for n, a in enumerate(bulletin.registered, 1)]
        _fitted(document, ("序号", "维护单位", "政务新媒体名称"), rows)
    else:
        _form(document)


def _one_line(title: str) -> Any:
    """小二, or 三号 where a title would leave a character or two on a line of their own."""
    return Pt(18) if ems(title) * Pt(18) <= 0.95 * TEXT_WIDTH else SIZE_BODY


def _units(document: Document, bulletin: Bulletin, group: Group) -> None:
    """Units by month; a long group stands in two columns of units, read down the left half
    first."""
    months = [f"{int(month[5:])}月" for month in bulletin.months]
    head: tuple[str, ...] = ("单位名称", *months, "完成情况")
    plain = [
        (row.short, *(count.sign for count in row.counts), row.completion) for row in group.rows
    ]
    lines = [
        (row.short, *(count.sign for count in row.counts), row.completion.replace(" ", "\n"))
        for row in group.rows
    ]
    half = (len(lines) + 1) // 2
    blank = ("",) * len(head)
    right = [*lines[half:], *([blank] * (2 * half - len(lines)))]
    width, size, whole = (
        fitted([head, *lines], TABLE_WIDTH / 2, SMALL) if lines else ((), 0.0, False)
    )
    if whole and len(group.rows) in SIDE_BY_SIDE:
        pairs = [a + b for a, b in zip(lines[:half], right, strict=True)]
        _table(document, head * 2, pairs, width * 2, Pt(size))
    else:
        _fitted(document, head, plain)


def _fitted(document: Document, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table as wide as the text, its columns as wide as their words."""
    widths, size, _ = fitted([head, *rows], TABLE_WIDTH, SIZES)
    _table(document, head, rows, widths, Pt(size))


def _reconciled(document: Document, bulletin: Bulletin) -> None:
    """The line that makes annexes and headline agree."""
    portal = bulletin.portal
    total = "，".join(f"{group.name}{group.total.said()}" for group in bulletin.groups)
    text = f"注：{total}，合计{portal.listed.said()}；未归属{portal.unattributed.said()}；全站共{portal.total.said()}。"
    _say(document, text, size=SIZE_TABLE, indent=False)


def _form(document: Document) -> None:
    _say(document, "单位名称（盖章）：　　　　　　　　　填表日期：", size=SIZE_TABLE, indent=False)
    _table(
        document, FORM, [("",) * len(FORM)] * 6, (1.2, 2.0, 2.0, 2.0, 2.4, 2.0, 2.0, 2.0), Pt(10.5)
    )
    _say(document, "填表人：　　　　　　　　　　　　　　联系电话：", size=SIZE_TABLE, indent=False)
    for note in FORM_NOTES:
        _say(document, note, size=SIZE_TABLE, indent=False)


def _table(
    document: Document,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    size: Any = SIZE_TABLE,
) -> None:
    """A grid with a head that repeats on every page; rows never break across pages. Widths in
    centimetres."""
    table = document.add_table(rows=0, cols=len(head), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _margins(table)
    for number, column in enumerate(table.columns):
        column.width = Cm(widths[number])
    _row(table, head, widths, HEAD, size, repeat=True)
    for row in rows:
        _row(table, row, widths, BODY, size)


def _margins(table: Table) -> None:
    """Narrow margins of the cells, so that a column of figures is as narrow as its figures."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(Cm(MARGIN).twips))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    table._tbl.tblPr.append(margins)


def _row(
    table: Table,
    texts: Sequence[str],
    widths: Sequence[float],
    font: str,
    size: Any,
    *,
    repeat: bool = False,
) -> None:
    row = table.add_row()  # type: ignore[no-untyped-call]
    row.height, row.height_rule = Cm(0.75), WD_ROW_HEIGHT_RULE.AT_LEAST
    marks = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", *(["w:tblHeader"] if repeat else [])):
        marks.append(OxmlElement(name))
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = Cm(width)
        _cell(cell, text, font, size)


def _cell(cell: _Cell, text: str, font: str, size: Any) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    _font(paragraph.add_run(clean(text)), font, size)


def _imprint(document: Document, bulletin: Bulletin) -> None:
    """版记: who printed it when, between two lines at the foot of the last page."""
    paragraph = _say(
        document,
        f"{bulletin.settings.office}\t{chinese_day(bulletin.printed)}印发",
        size=Pt(14),
        indent=False,
    )
    if foot := record_line(bulletin):
        run = paragraph.add_run()
        run.add_break()
        run.add_text(foot)
        _font(run, size=Pt(9))
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
    paragraph.paragraph_format.tab_stops.add_tab_stop(TEXT_WIDTH - Pt(14), WD_TAB_ALIGNMENT.RIGHT)
    frame = OxmlElement("w:framePr")
    for name, value in (
        ("w", TEXT_WIDTH.twips),
        ("hAnchor", "margin"),
        ("vAnchor", "margin"),
        ("xAlign", "left"),
        ("yAlign", "bottom"),
        ("wrap", "around"),
    ):
        frame.set(qn(f"w:{name}"), str(value))
    paragraph._p.get_or_add_pPr().insert(0, frame)
    borders = OxmlElement("w:pBdr")
    for side in ("top", "bottom"):
        edge = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "8"), ("space", "1"), ("color", "000000")):
            edge.set(qn(f"w:{name}"), value)
        borders.append(edge)
    paragraph._p.get_or_add_pPr().append(borders)


PARTS: Mapping[str, Callable[[Document, Bulletin], None]] = {
    "标题": _title, "主送": _addressees, "正文": _text, "附件目录": _contents, "落款": _signature,
    "附件": _annexes, "版记": _imprint,
}  # fmt: skip
"""The parts of the paper in order; a template names them in paragraphs of their own: ``{{正文}}``."""
