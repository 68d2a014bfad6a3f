"""``python -m monitor.desk.drafting``: the child that makes a bulletin's draft, freezes one, or
prints a frozen one's papers.

It prints one JSON object; whatever a person can mend ends it with one sentence on its last line and
code 2.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from time import perf_counter

from crawler.clock import parse_moment
from crawler.config import BadConfig
from monitor.bulletin.asked import PrintDates
from monitor.bulletin.frozen import text_of
from monitor.bulletin.model import Period
from monitor.bulletin.printing import kept_bulletin
from monitor.bulletin.reports import BadTemplate
from monitor.desk import drafts, entering
from monitor.desk.chores import tell_step
from monitor.entries.sealing import Unsound, root_of
from monitor.office import Office, open_office
from monitor.words.exits import DONE, REFUSED

MOVED = "预览之后数据或修改有变化，没有封存；请重新生成、看过再封存"


def main(given: Sequence[str]) -> int:
    """Do what the arguments say."""
    told = _arguments().parse_args(given)
    try:
        with open_office(told.config) as office:
            period = Period.parse(told.period)
            doing = {"draft": _draft, "freeze": _freeze, "papers": _papers}[told.what]
            found = doing(office, period, told)
    except (BadConfig, BadTemplate, Unsound, OSError, OverflowError, ValueError) as error:
        print(str(error).replace("\n", " "), file=sys.stderr)  # noqa: T201
        return REFUSED
    print(json.dumps(found, ensure_ascii=False))  # noqa: T201
    return DONE


def _arguments() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="monitor.desk.drafting")
    found.add_argument("what", choices=("draft", "freeze", "papers"))
    found.add_argument("period")
    found.add_argument("--config", type=Path, required=True)
    found.add_argument("--as-of", type=parse_moment, required=True)
    found.add_argument("--now", type=parse_moment)
    found.add_argument("--printed", type=date.fromisoformat)
    found.add_argument("--check-from", type=date.fromisoformat)
    found.add_argument("--check-to", type=date.fromisoformat)
    found.add_argument("--by", default="")
    found.add_argument("--root", default="")
    found.add_argument("--unfinished", default="")
    return found


def _check(told: argparse.Namespace) -> tuple[date, date] | None:
    return (told.check_from, told.check_to) if told.check_from and told.check_to else None


def _draft(office: Office, period: Period, told: argparse.Namespace) -> dict[str, object]:
    start = perf_counter()
    # Read before compiling: what changes meanwhile makes the draft old, not wrongly new.
    basis, entered = drafts.basis_of(office), drafts.entered_of(office, period)
    made, plain = drafts.make(office, period, told.as_of, PrintDates(_check(told), told.printed))
    found = drafts.put(office, made, plain, basis, entered, perf_counter() - start)
    return {
        "period": period.name,
        "seconds": round(perf_counter() - start, 1),
        "files": list(found.files),
    }


def _freeze(office: Office, period: Period, told: argparse.Namespace) -> dict[str, object]:
    """Freeze what was looked at: compiled again as of the same moment it must be the same, byte by
    byte."""
    start = perf_counter()
    made, _ = drafts.make(office, period, told.as_of, PrintDates(_check(told), told.printed))
    if root_of(text_of(made.bulletin)) != told.root:
        raise BadConfig(MOVED)
    if made.stopped:
        raise BadConfig("自检有错误，没有封存；改正后再封存")
    tell_step("封存")
    kept = entering.freeze(
        office, made.bulletin, told.now or told.as_of, by=told.by, unfinished=told.unfinished
    )
    drafts.put_kept(office, kept, perf_counter() - start)
    return {"period": period.name, "printed": str(kept.bulletin.printed), "sha256": kept.root}


def _papers(office: Office, period: Period, told: argparse.Namespace) -> dict[str, object]:
    start = perf_counter()
    kept = kept_bulletin(office, period, told.printed)
    if kept is None:
        raise BadConfig("这一期没有封存过")
    found = drafts.put_kept(office, kept, perf_counter() - start)
    return {
        "period": period.name,
        "printed": str(kept.bulletin.printed),
        "files": list(found.files),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
