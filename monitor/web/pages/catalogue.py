"""The catalogue: what it holds, workbooks in (looked at, then entered as shown) and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from crawler.model import shanghai_day
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board.catalogue import holdings, lately
from monitor.desk import workbooks
from monitor.desk.counters import KINDS
from monitor.web.gate import Form, NotFound, need, posted
from monitor.web.pages.outlets import download
from monitor.web.render import page
from monitor.web.state import Web, web_of

router = APIRouter()
Keeper = Annotated[Visitor, Depends(need(Permission.CATALOGUE))]
PhoneReader = Annotated[Visitor, Depends(need(Permission.USERS))]
Kept = Annotated[Web, Depends(web_of)]
Posted = Annotated[Form, Depends(posted)]
Text = Annotated[str, Query(max_length=200)]
OUT = {"columns": "columns", "annex3": "accounts-annex3", "annex4": "accounts-annex4-empty"}


@router.get("/catalogue")
def catalogue(request: Request, who: Keeper, web: Kept) -> HTMLResponse:
    """What the catalogue holds, and the counters for workbooks."""
    return _page(request, web)


@router.post("/catalogue/upload")
def upload(request: Request, who: Keeper, form: Posted, web: Kept) -> Response:
    """Put a workbook aside and go on to what it would change; the catalogue stays as it is."""
    files = form.files.get("file", ())
    kind = form.text("kind", 20)
    if not files:
        return _page(request, web, "请选择一个工作簿（.xlsx、.xls 或 .csv）")
    name = files[0].filename or "工作簿.xlsx"
    try:
        file = workbooks.keep(_folder(web), name, files[0].file.read(workbooks.MOST_BYTES + 1))
    except workbooks.WorkbookRefused as error:
        return _page(request, web, str(error))
    return RedirectResponse(
        f"/catalogue/diff?{urlencode({'kind': kind, 'file': file, 'name': name[-100:]})}", 303
    )


@router.get("/catalogue/diff")
def diff(
    request: Request, who: Keeper, web: Kept, kind: Text, file: Text, name: Text = ""
) -> HTMLResponse:
    """What a workbook would change, row by row."""
    try:
        opened = workbooks.open_kept(_folder(web), kind, file, name)
    except workbooks.WorkbookRefused as error:
        return _page(request, web, str(error))
    with web.office.reader.connect() as connection:
        seen = workbooks.look(connection, opened, web.clock(), allow_loopback=_loopback(web))
    return page(request, "catalogue_diff.html", seen=seen, kinds=KINDS, problem="")


@router.post("/catalogue/apply")
def apply(request: Request, who: Keeper, form: Posted, web: Kept) -> Response:
    """Enter the workbook as it was shown; refused where file or catalogue are no longer what was
    shown."""
    now, folder, file = web.clock(), _folder(web), form.text("file", 64)
    seen = None
    try:
        opened = workbooks.open_kept(folder, form.text("kind", 20), file, form.text("name", 200))
        with web.office.engine.begin() as connection:
            seen = workbooks.look(connection, opened, now, allow_loopback=_loopback(web))
            if seen.of("ended") and not form.text("sure", 5):
                raise workbooks.WorkbookRefused(f"有 {len(seen.of('ended'))} 项将停用，请勾选确认")
            workbooks.enter(connection, seen, form.text("token", 64), now, by=who.who)
    except workbooks.WorkbookRefused as error:
        if seen is None:
            return _page(request, web, str(error))
        return page(
            request,
            "catalogue_diff.html",
            409,
            seen=seen,
            kinds=KINDS,
            problem=str(error),
        )
    workbooks.drop(folder, file)
    said = f"已写入台账：新增 {len(seen.of('added'))}，变更 {len(seen.of('changed'))}，停用 {len(seen.of('ended'))}"
    return RedirectResponse(f"/catalogue?{urlencode({'said': said})}", 303)


@router.get("/catalogue/contacts.xlsx")
def contacts(who: PhoneReader, web: Kept) -> Response:
    """Everybody with their whole phone numbers: for the administrator only."""
    return _given_out(web, "contacts", "contacts")


@router.get("/catalogue/{kind}.xlsx")
def book(kind: str, who: Keeper, web: Kept) -> Response:
    """The columns, 附件3, or an empty 附件4."""
    if kind not in OUT:
        raise NotFound("没有这个工作簿")
    return _given_out(web, kind, OUT[kind])


def _given_out(web: Web, kind: str, name: str) -> Response:
    now = web.clock()
    with web.office.reader.connect() as connection:
        data = workbooks.given_out(connection, kind, now)
    return download(data, f"{name}-{shanghai_day(now)}.xlsx")


def _page(request: Request, web: Web, problem: str = "") -> HTMLResponse:
    with web.office.reader.connect() as connection:
        held, entries = holdings(connection), lately(connection)
    sites = [home for _, home in held.sites]
    return page(
        request,
        "catalogue.html",
        422 if problem else 200,
        held=held,
        entries=entries,
        kinds=KINDS,
        problem=problem,
        home=sites[0] if sites else "http://www.example.gov.cn/",
    )


def _folder(web: Web) -> Path:
    return web.office.settings.folder / "uploads"


def _loopback(web: Web) -> bool:
    return web.office.settings.crawl.allow_loopback
