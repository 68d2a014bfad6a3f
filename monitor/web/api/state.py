"""The whole in figures, the nights, and whether it runs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends

from monitor.board import running, spans
from monitor.findings.standing import stands
from monitor.letters.ourselves import troubles
from monitor.web.api import models
from monitor.web.api.gate import District, Running, fresh
from monitor.web.api.paging import Paged
from monitor.web.api.words import asked, said
from monitor.web.state import Web, web_of
from monitor.words import Share, Sight, of_standing

router = APIRouter(tags=["state"])
Kept = Annotated[Web, Depends(web_of)]
Kind = Annotated[
    Literal["nightly", "all"], asked("nightly 夜间抓取，all 包括复查", "nightly, or all runs")
]
NIGHT = tuple(name for name in models.NightLine.model_fields if name != "seen")


@router.get("/overview", dependencies=[Depends(fresh)], **said("总览", "Overview"))
def overview(who: District, web: Kept) -> models.Overview:
    """Columns and accounts by verdict, open findings and orders, the last night."""
    with web.office.reader.connect() as connection:
        night = spans.runs(connection, "nightly", 1, 0).rows
        columns, accounts = stands(connection, "column"), stands(connection, "account")
        return models.Overview(
            as_of=web.clock(),
            columns=dict(columns),
            accounts=dict(accounts),
            columns_share=_share(of_standing(columns)),
            accounts_share=_share(of_standing(accounts)),
            open_findings=sum(running.open_findings(connection).values()),
            open_orders=running.open_orders(connection),
            night=_night(night[0]) if night else None,
        )


@router.get("/nights", dependencies=[Depends(fresh)], **said("夜间抓取", "Nights"))
def nights(who: Running, web: Kept, paged: Paged, kind: Kind = "nightly") -> models.Nights:
    """Runs with what they planned, saw and could not judge, the newest first."""
    with web.office.reader.connect() as connection:
        found = spans.runs(connection, "" if kind == "all" else kind, paged.limit, paged.offset)
    return models.Nights(rows=[_night(row) for row in found.rows], **paged.told(found.total))


def _night(row: Mapping[str, Any]) -> models.NightLine:
    seen = Sight(row["planned"], row["looked"], row["unknown"]).seen
    return models.NightLine(**{name: row[name] for name in NIGHT}, seen=seen)


def _share(found: Share) -> models.ShareLine:
    rate = found.rate(2)
    return models.ShareLine(
        good=found.good,
        judged=found.judged,
        unjudged=found.unjudged,
        exempt=found.exempt,
        percent=float(rate.rstrip("%")) if rate else None,
        text=found.text,
    )


@router.get("/health", **said("运行状况", "Health"))
def health(who: Running, web: Kept) -> models.Health:
    """What needs somebody, letters by state, room on the disk, versions."""
    settings = web.office.settings
    with web.office.reader.connect() as connection:
        found = troubles(connection, web.clock(), settings.monitor.alerts.letters)
        letters, revision = running.letters(connection), running.revision_or_none(connection)
    return models.Health(
        status="attention" if found else "ok",
        troubles=list(found),
        letters=dict(letters),
        disk_free=shutil.disk_usage(settings.folder).free,
        version=program_version(),
        revision=revision,
    )


def program_version() -> str:
    """The version that is installed, or ``dev`` in a bare checkout."""
    try:
        return version("gengxin")
    except PackageNotFoundError:
        return "dev"
