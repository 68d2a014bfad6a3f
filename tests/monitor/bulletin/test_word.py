"""The Word document: the look of an official paper, every figure in it, templates checked, names
harmless."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Length, Pt

from monitor.bulletin.model import Basis, Bulletin, BulletinSettings, Period
from monitor.bulletin.parts import completion
from monitor.bulletin.printed.check import check
from monitor.bulletin.printed.claims import claims
from monitor.bulletin.printed.files import read_file
from monitor.bulletin.reports import pdf, word
from monitor.bulletin.reports.word import BadTemplate
from monitor.bulletin.widths import MARGIN, ems
from monitor.model import Count, exactly
from tests.monitor.bulletin.test_bulletin import seed_bulletin
from tests.support.quarter import MONTHS, seed_rows


def official(**settings: str) -> Bulletin:
    office = {
        "place": "仓山区",
        "office": "福州市仓山区人民政府办公室",
        "report_to": "区大数据服务中心",
        **settings,
    }
    return replace(seed_bulletin(), settings=BulletinSettings.model_validate(office))


def written(tmp_path: Path, bulletin: Bulletin | None = None) -> Path:
    path = tmp_path / "b.docx"
    word.write(bulletin or official(), path)
    return path


def test_the_annexes_in_the_paper_are_the_seeds(tmp_path: Path) -> None:
    found = claims(read_file(written(tmp_path)))
    counts = {line.name: line.counts for annex in found.annexes for line in annex.lines}
    assert counts == {
        row["unit"]: tuple(exactly(int(row[m])) for m in MONTHS) for row in seed_rows()
    }
    assert (found.total, found.registered, found.accounts, found.quota) == (3038, 11, 11, 10)


def test_checking_our_own_paper_raises_nothing(tmp_path: Path) -> None:
    assert check(claims(read_file(written(tmp_path)))) == ()


def test_it_has_the_look_of_an_official_paper(tmp_path: Path) -> None:
    paper = docx.Document(str(written(tmp_path)))
    section = paper.sections[0]
    found = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    assert [round(Length(length or 0).mm) for length in found] == [210, 297, 37, 28]
    title = paper.paragraphs[0]
    assert title.runs[0].font.size == Pt(22)
    assert _font(title.runs[0]) == word.TITLE
    body = next(p for p in paper.paragraphs if p.text.startswith("根据《国务院办公厅"))
    assert (_font(body.runs[0]), body.runs[0].font.size) == (word.BODY, Pt(16))
    assert paper.styles["Normal"].paragraph_format.line_spacing == Pt(28)
    assert "PAGE" in section.footer._element.xml


def _font(run: object) -> str:
    return run._r.rPr.rFonts.get(qn("w:eastAsia"))  # type: ignore[attr-defined, no-any-return]


def test_every_table_repeats_its_head_and_keeps_its_rows_whole(tmp_path: Path) -> None:
    paper = docx.Document(str(written(tmp_path)))
    assert len(paper.tables) == 4
    for table in paper.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_no_theme_font_wins_over_ours_and_stand_ins_are_named(tmp_path: Path) -> None:
    paper = docx.Document(str(written(tmp_path)))
    fonts = paper.styles["Normal"].element.rPr.rFonts
    assert not [name for name in fonts.attrib if "Theme" in name]
    parts = {str(part.partname): part for part in paper.part.package.iter_parts()}
    table = parts["/word/fontTable.xml"].blob.decode()
    assert all(name in table for name in (*word.STAND_INS, *word.STAND_INS.values()))


def test_a_forced_print_says_so_in_its_properties(tmp_path: Path) -> None:
    paper = docx.Document(str(written(tmp_path, replace(official(), forced=True))))
    assert "强制" in paper.core_properties.comments


@pytest.mark.parametrize(
    "name", ["甲/乙局", "长" * 220, "😀局", "\x00\x0b局\ud800", "<w:t>&amp;局", "=cmd|'/c calc'!A1"]
)
def test_strange_names_do_no_harm(tmp_path: Path, name: str) -> None:
    bulletin = official()
    group = bulletin.groups[0]
    rows = (replace(group.rows[0], short=name), *group.rows[1:])
    path = written(
        tmp_path, replace(bulletin, groups=(replace(group, rows=rows), bulletin.groups[1]))
    )
    cells = [cell.text for row in docx.Document(str(path)).tables[0].rows for cell in row.cells]
    assert word.clean(name) in cells


def test_a_district_of_120_units_prints_in_a_moment(tmp_path: Path) -> None:
    bulletin = official()
    group = bulletin.groups[1]
    rows = tuple(
        replace(group.rows[n % 23], unit=f"u{n}", short=f"样例单位{n}") for n in range(120)
    )
    began = time.process_time()
    path = written(
        tmp_path, replace(bulletin, groups=(bulletin.groups[0], replace(group, rows=rows)))
    )
    assert time.process_time() - began < 5
    names = {line.name for annex in claims(read_file(path)).annexes for line in annex.lines}
    assert {row.short for row in rows} <= names


def template(tmp_path: Path, *lines: str) -> str:
    paper = docx.Document()
    for line in lines:
        paper.add_paragraph(line)
    paper.sections[0].header.paragraphs[0].text = "{{ 办公室 }}文件"
    table = paper.add_table(rows=1, cols=1)
    table.cell(0, 0).text = "印发于{{印发日期}}"
    paper.save(str(tmp_path / "t.docx"))
    return str(tmp_path / "t.docx")


def test_the_offices_own_template_is_filled_where_its_fields_stand(tmp_path: Path) -> None:
    path = template(
        tmp_path, "内部资料 {{统计期}}", "{{标题}}", "{{正文}}", "{{附件}}", "抄送：区委办"
    )
    paper = docx.Document(str(written(tmp_path, official(template=path))))
    lines = [p.text for p in paper.paragraphs]
    assert lines[0] == "内部资料 2020年第二季度"
    assert lines[1].startswith("关于2020年第二季度")
    assert lines[-1] == "抄送：区委办"
    assert "专此通报。" in lines
    assert paper.sections[0].header.paragraphs[0].text == "福州市仓山区人民政府办公室文件"
    assert paper.tables[-1].cell(0, 0).text == "印发于2020年7月20日"
    assert len(paper.tables) == 5


@pytest.mark.parametrize(
    ("line", "word_"), [("见{{电话}}", "电话"), ("前{{正文}}后", "单独成段"), ("{{}}", "未知字段")]
)
def test_a_template_with_an_unknown_field_is_refused_with_its_name(
    tmp_path: Path, line: str, word_: str
) -> None:
    path = template(tmp_path, line)
    with pytest.raises(BadTemplate, match=word_):
        word.write(official(template=path), tmp_path / "b.docx")
    assert not (tmp_path / "b.docx").exists()


@pytest.mark.parametrize("content", [None, b"no word file"])
def test_a_broken_or_missing_template_is_one_sentence(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "t.docx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadTemplate, match="模板"):
        word.write(official(template=str(path)), tmp_path / "b.docx")


def hard(units: int, months: int) -> Bulletin:
    """The seed's paper with what widens a column: nobody saw a month, two bounds, long names,
    everything short."""
    bulletin = official()
    period = Period.parse("2020" if months == 12 else "2020Q2")
    between = (12, 14) if months == 12 else (112, 140)
    counts = (
        Count(0, None, ("未看全",)),
        Count(*between, ("待认定",)),
        Count(9, None, ("未看全",)),
        exactly(0),
    )
    states = ("unknown", "met", "unknown", "short")
    rows = []
    for n in range(units):
        kind, row = n % 4, bulletin.groups[1].rows[n % 23]
        missing = [10 if states[kind] == "short" else 0] * months
        words = completion(period.months, missing, [states[kind]] * months)
        name = "行政服务中心管理委员会" if n % 7 == 0 else row.short
        rows.append(
            replace(
                row,
                unit=f"u{n}",
                short=name,
                counts=(counts[kind],) * months,
                states=(states[kind],) * months,
                completion=words,
                causes=("被网站拦截",) * months,
            )
        )
    group = replace(bulletin.groups[1], rows=tuple(rows))
    return replace(bulletin, period=period, groups=(group,))


@pytest.mark.parametrize(
    ("units", "months"), [(3, 3), (23, 3), (50, 3), (120, 3), (23, 12), (60, 12)]
)
def test_no_figure_is_broken_and_no_table_is_wider_than_the_text(
    tmp_path: Path, units: int, months: int
) -> None:
    paper = docx.Document(str(written(tmp_path, hard(units, months))))
    for table in paper.tables[:-1]:
        assert (
            sum(Length(cell.width or 0).cm for cell in table.rows[0].cells)
            <= word.TABLE_WIDTH + 0.05
        )
        for number, head in enumerate(table.rows[0].cells):
            if head.text.endswith("月"):
                for cell in (row.cells[number] for row in table.rows):
                    size = cell.paragraphs[0].runs[0].font.size
                    assert (
                        ems(cell.text) * Length(size or 0).cm
                        <= Length(cell.width or 0).cm - 2 * MARGIN
                    )


@pytest.mark.slow
def test_the_printed_pages_hold_every_figure_whole(tmp_path: Path) -> None:
    if not (shutil.which("pdftotext") and any(shutil.which(name) for name in pdf.PROGRAMS)):
        pytest.skip("LibreOffice or pdftotext is not installed: the printed page is NOT tested")
    bulletin = hard(60, 3)
    pdf.write(bulletin, tmp_path / "b.pdf")
    made = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "b.pdf"), "-"],
        capture_output=True,
        check=True,
        text=True,
    )
    pages = made.stdout.split("\f")
    annex = [page for page in pages if "未判定" in page and "完成情况" in page]
    assert len(annex) > 1, "the head stands on every page of a long annex"
    cells = sum(row.completion.count("未判定") or 0 for row in bulletin.groups[0].rows)
    unseen = sum(3 for row in bulletin.groups[0].rows if row.counts[0].nothing_seen)
    assert sum(page.count("未判定") for page in annex) >= cells + unseen
    assert made.stdout.count("112–140") == 3 * sum(
        row.counts[0].at_most == 140 for row in bulletin.groups[0].rows
    )


def test_a_day_in_the_evidence_never_breaks_over_two_lines(tmp_path: Path) -> None:
    looks, home = "2020-07-20 09:01 复查", "2020-07-20 09:01 网站首页"
    bulletin = official()
    basis = Basis(bulletin.columns[0].outlet, "样例栏目", ("民政局",), "2020-0001", looks, home)
    paper = docx.Document(str(written(tmp_path, replace(bulletin, bases=(basis,)))))
    line = next(p for p in paper.paragraphs if "样例栏目" in p.text)
    assert "2020-07-20 09:01" in line.text, "it is read back as it was"
    assert len(line._p.findall(f".//{qn('w:noBreakHyphen')}")) == 4


def test_the_title_of_an_annex_leaves_no_character_alone(tmp_path: Path) -> None:
    paper = docx.Document(str(written(tmp_path)))
    titles = [p for p in paper.paragraphs if p.paragraph_format.space_after == Pt(8)]
    assert len(titles) >= 4
    for one in titles:
        assert ems(one.text) * (one.runs[0].font.size or 0) <= 0.95 * word.TEXT_WIDTH


def test_who_printed_it_and_when_stand_at_the_two_ends_of_the_last_line(tmp_path: Path) -> None:
    paper = docx.Document(str(written(tmp_path)))
    assert paper.paragraphs[-1]._p.findall(f".//{qn('w:r')}/{qn('w:tab')}")
