"""Bulletins: what is frozen, the draft of a period with its faults and its look on paper, the rows
behind the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AfterValidator
from starlette.responses import FileResponse, HTMLResponse, Response

from crawler.model import shanghai_day
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.bulletin.coverage import coverage_words, draft_words, reasons_of
from monitor.bulletin.edits import ADDABLE, LISTS, names_on
from monitor.bulletin.frozen import load
from monitor.bulletin.model import Bulletin, Period
from monitor.bulletin.printed.check import Fault
from monitor.bulletin.printing import archive, finished
from monitor.bulletin.reports import FIGURES, kinds
from monitor.bulletin.shelf import KeptFile, entered_periods, kept_files
from monitor.bulletin.text import annex_titles, opening, sections
from monitor.bulletin.words import record_line
from monitor.days.calendar import add_months
from monitor.desk import chores, drafts
from monitor.entries.entered import entries_of
from monitor.entries.exports import edited, of_paper
from monitor.entries.forms import ENTRIES
from monitor.entries.papers import errata, text_in
from monitor.entries.sealing import Erratum, Unsound
from monitor.web.filters import Filters
from monitor.web.gate import NotFound, need
from monitor.web.render import page
from monitor.web.state import Web, web_of

router = APIRouter()
Reader = Annotated[Visitor, Depends(need(Permission.DISTRICT))]
Kept_ = Annotated[Web, Depends(web_of)]
Name = Annotated[str, Path(max_length=30, pattern=r"^[0-9A-Za-z.-]{4,30}$")]
Number = Annotated[int, Query(alias="page", ge=1, le=10_000)]
WORK = "bulletin"
"""One bulletin is made at a time, whatever its period: compiling takes memory."""
ROWS = 100
SMALL = 8_000_000
"""Bytes of a frozen file that a page may read itself; a greater one is prepared beside the web
first."""
LIST_NAMES: Mapping[str, str] = {
    "good": "做得较好", "several": "多次未达到", "every": "每月均未达到", "columns": "超期栏目", "blank_columns": "空白栏目",
    "year_units": "超期一年以上栏目多的单位", "no_documents": "主动公开数量为 0", "idle": "超期账号", "blank_accounts": "空白账号",
    "content_units": "内容问题单位",
}  # fmt: skip


def _known(suffix: str) -> str:
    if suffix not in kinds():
        raise ValueError(f"通报没有这种文件；有：{'、'.join(kinds())}")
    return suffix


Suffix = Annotated[str, AfterValidator(_known)]


@dataclass(frozen=True, slots=True)
class BulletinSheet:
    """A bulletin as its page prints it."""

    b: Bulletin
    opening: str
    sections: tuple[Any, ...]
    annexes: tuple[str, ...]
    record: str
    draft: str
    coverage: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """A period's draft as it stands. ``old`` says why it should be made anew, ``behind`` that its
    files lack the last edits."""

    about: drafts.About
    paper: BulletinSheet
    faults: tuple[Fault, ...]
    old: str
    behind: bool

    @property
    def stopped(self) -> bool:
        return any(fault.level == "error" for fault in self.faults)


def paper_of(b: Bulletin) -> BulletinSheet:
    """What the page prints of ``b``."""
    notes = tuple(reasons_of(group, b.months) for group in b.groups)
    return BulletinSheet(
        b,
        opening(b),
        sections(b),
        annex_titles(b),
        record_line(b),
        draft_words(b),
        coverage_words(b),
        notes,
    )


def period_of(web: Web, name: str) -> Period:
    """The period in an address. Raises ``NotFound`` for what is none, or lies beyond what is ever
    counted."""
    try:
        found = Period.parse(name)
    except (ValueError, OverflowError):
        raise NotFound("没有这个统计期，写法如 2020Q2、2020-06") from None
    if not 2000 <= found.start.year <= found.end.year <= shanghai_day(web.clock()).year + 1:
        raise NotFound("统计期太早或太晚")
    return found


def desk_of(web: Web, period: Period) -> Desk | None:
    """The draft of ``period`` with every entry by hand as of now; ``None``: there is none yet."""
    office = web.office
    folder = drafts.home(office, drafts.stem_of(period))
    known, plain = drafts.about(folder), drafts.compiled(folder)
    if known is None or plain is None:
        return None
    made = finished(office, plain)
    behind = known.entered != drafts.entered_of(office, period)
    old = "" if known.basis == drafts.basis_of(office) else "生成以后又有新的判定、来源认定或设置"
    # What somebody wrote into an exported file since then is told at once, though nothing of the
    # draft moved.
    by_hand = [fault for fault in made.faults if fault.subject.endswith(ENTRIES)]
    faults = made.faults if behind else tuple(dict.fromkeys((*known.faults, *by_hand)))
    return Desk(known, paper_of(made.bulletin), faults, old, behind)


@router.get("/bulletins")
def shelf(request: Request, who: Reader, web: Kept_) -> HTMLResponse:
    """What is frozen, what is in the making."""
    office = web.office
    with office.reader.connect() as connection:
        kept, entered = kept_files(connection, archive(office)), entered_periods(connection)
    drafted = dict(_drafted(web))
    frozen = {one.period for one in kept}
    names = [*_offered(shanghai_day(web.clock())), *drafted, *sorted(entered)]
    waiting = [(Period.parse(name), drafted.get(name)) for name in dict.fromkeys(names)]
    work = chores.look(office.settings.folder, WORK)
    return page(
        request,
        "bulletins.html",
        kept=kept,
        waiting=waiting,
        frozen=frozen,
        work=work,
        parse=Period.parse,
    )


@router.get("/bulletins/{name}")
def draft(request: Request, who: Reader, web: Kept_, name: Name) -> HTMLResponse:
    """The draft of a period."""
    return show_draft(request, web, period_of(web, name))


def show_draft(
    request: Request, web: Web, period: Period, problem: str = "", status: int = 200
) -> HTMLResponse:
    """The page of a draft, with what was wrong with the last form."""
    office = web.office
    desk = desk_of(web, period)
    with office.reader.connect() as connection:
        entries = entries_of(connection, period.name)
    kept = _kept(web, period)
    same = desk is not None and any(one.printed == desk.about.printed for one in kept)
    return page(
        request,
        "bulletin.html",
        status,
        period=period,
        desk=desk,
        entries=entries,
        kept=kept,
        same_day=same,
        work=_work(web),
        problem=problem,
        lists=LIST_NAMES,
        named=_named(desk),
        units=_units(desk),
        addable=ADDABLE,
        kinds=kinds(),
        suffixes=_suffixes(desk.about if desk else None),
    )


@router.get("/bulletins/{name}/progress")
def progress(request: Request, who: Reader, web: Kept_, name: Name) -> Response:
    """How far the work is; when it ended htmx loads the page anew."""
    work = _work(web)
    if work is None or not work.running:
        # Where the page that waits stands: the draft, or a frozen bulletin.
        return Response(status_code=200, headers={"HX-Refresh": "true"})
    return page(request, "parts/bulletin_work.html", work=work, period=period_of(web, name))


@router.get("/bulletins/{name}/files/{suffix}")
def draft_file(who: Reader, web: Kept_, name: Name, suffix: Suffix) -> Response:
    """A paper of the draft."""
    period = period_of(web, name)
    return _file(drafts.home(web.office, drafts.stem_of(period)), suffix, "草稿-")


@router.get("/bulletins/{name}/evidence")
def evidence(
    request: Request, who: Reader, web: Kept_, name: Name,
    unit: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")] = "", number: Number = 1,
) -> HTMLResponse:  # fmt: skip
    """The posts behind a unit's figures, each with why it is theirs."""
    period = period_of(web, name)
    folder = drafts.home(web.office, drafts.stem_of(period))
    known = drafts.about(folder)
    if known is None:
        raise NotFound("这一期还没有生成草稿")
    rows = drafts.evidence(folder, known, unit)
    pages = max(1, -(-len(rows) // ROWS))
    number = min(number, pages)
    return page(
        request,
        "bulletin_evidence.html",
        period=period,
        unit=unit,
        units=sorted(known.units),
        total=len(rows),
        rows=rows[(number - 1) * ROWS : number * ROWS],
        number=number,
        pages=pages,
        most=drafts.MOST_EVIDENCE,
        filters=Filters({"unit": unit}),
    )


@router.get("/bulletins/{name}/kept/{day}")
def frozen(request: Request, who: Reader, web: Kept_, name: Name, day: date) -> HTMLResponse:
    """A frozen bulletin with its errata."""
    return show_kept(request, web, period_of(web, name), day)


def show_kept(
    request: Request, web: Web, period: Period, day: date, problem: str = "", status: int = 200
) -> HTMLResponse:
    """The page of a frozen bulletin."""
    one = next((one for one in _kept(web, period) if one.printed == day), None)
    if one is None:
        raise NotFound("这一天没有封存过这一期")
    folder = drafts.home(web.office, one.file.stem)
    about, broken = drafts.about(folder), ""
    said: tuple[Erratum, ...] = ()
    b = drafts.compiled(folder) if about else None
    try:
        with web.office.reader.connect() as connection:
            broken = "；".join(
                edited(connection, web.office.settings.places, of_paper(one.file.stem))
            )
            said = errata(connection, one.file.stem)
            if b is None and one.size <= SMALL:
                b = load(connection, archive(web.office), one.file.stem).bulletin
    except Unsound as error:
        broken = str(error)
    return page(
        request,
        "bulletin_kept.html",
        status,
        period=period,
        one=one,
        about=about,
        paper=paper_of(b) if b else None,
        errata=said,
        broken=broken,
        problem=problem,
        work=_work(web),
        kinds=kinds(),
        suffixes=_suffixes(about),
    )


@router.get("/bulletins/{name}/kept/{day}/files/{suffix}")
def frozen_file(who: Reader, web: Kept_, name: Name, day: date, suffix: Suffix) -> Response:
    """A paper of a frozen bulletin; its data is the frozen file itself."""
    period = period_of(web, name)
    stem = f"{drafts.stem_of(period)}-{day:%Y%m%d}"
    if suffix == "json":
        if all(one.printed != day for one in _kept(web, period)):
            raise NotFound("这一天没有封存过这一期")
        with web.office.reader.connect() as connection:
            text = text_in(connection, stem)
        named = f"attachment; filename*=utf-8''{quote(f'通报-{stem}.json')}"
        return Response(text, media_type=FIGURES.media_type, headers={"Content-Disposition": named})
    return _file(drafts.home(web.office, stem), suffix, "")


def _kept(web: Web, period: Period) -> list[KeptFile]:
    """What is frozen of a period, the newest print first."""
    with web.office.reader.connect() as connection:
        found = kept_files(connection, archive(web.office))
    return [one for one in found if one.period == period.name]


def _work(web: Web) -> chores.Chore | None:
    return chores.look(web.office.settings.folder, WORK)


def _file(folder: Any, suffix: str, before: str) -> Response:
    known = drafts.about(folder)
    file = drafts.file_of(folder, known, suffix) if known else None
    if file is None:
        raise NotFound("这份文件还没有生成，或这台机器生成不了")
    traits = kinds()[suffix]
    inline = "inline" if traits.inline else "attachment"
    return FileResponse(
        file,
        media_type=traits.media_type,
        filename=f"{before}{file.name}",
        content_disposition_type=inline,
    )


def _suffixes(about: drafts.About | None) -> list[str]:
    """In the order of config.yaml, the figures last."""
    names = [name.rpartition(".")[2] for name in (about.files if about else ())]
    return sorted((name for name in names if name in kinds()), key=FIGURES.suffix[1:].__eq__)


def _drafted(web: Web) -> Iterator[tuple[str, drafts.About]]:
    home = web.office.settings.folder / drafts.FOLDER
    for folder in sorted(home.iterdir()) if home.is_dir() else ():
        # Papers of frozen ones rest on nothing that moves.
        found = None if folder.name.startswith(".") else drafts.about(folder)
        if found is not None and found.basis:
            yield found.period, found


def _offered(today: date) -> Iterator[str]:
    """The running and the last month, the running and the last quarter."""
    first = today.replace(day=1)
    quarter = add_months(first, -((first.month - 1) % 3))
    for start in (quarter, add_months(quarter, -3)):
        yield f"{start.year}Q{(start.month + 2) // 3}"
    for start in (first, add_months(first, -1)):
        yield f"{start:%Y-%m}"


def _named(desk: Desk | None) -> Mapping[str, list[str]]:
    """The names on each list, for striking one."""
    if desk is None:
        return {}
    found = {name: sorted(names_on(desk.paper.b, name)) for name in LISTS}
    return {name: names for name, names in found.items() if names}


def _units(desk: Desk | None) -> list[str]:
    return [row.short for group in desk.paper.b.groups for row in group.rows] if desk else []
