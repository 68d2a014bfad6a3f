"""The content checks over the column with planted defects, and what they found beside what they
should."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from crawler.checking.sweep import Swept
from crawler.checks.rules import RULES
from crawler.model import shanghai_day
from monitor.demo.planted import Planted
from monitor.demo.portal import Portal
from monitor.desk.content import SuspectLine, WantedSuspects, listing
from monitor.judging.now import judge_now
from monitor.night.content import sweep
from monitor.office import Office


def check_planted(
    office: Office, clock: Callable[[], datetime], portal: Portal
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Lines that tell what was found, and lines where that differs from what was planted. Both
    empty without plants.

    Nothing outside of this machine is asked: the names of planted links do not exist here.
    """
    planted = portal.planted
    if not planted.column:
        return (), ()
    swept = sweep(office, clock, column=planted.column, resolve=_nowhere)
    judge_now(office, clock())
    with office.reader.connect() as connection:
        found = listing(
            connection, WantedSuspects(column=planted.column), shanghai_day(clock()), limit=200
        ).lines
    told = _told(found)
    return tuple(_lines(planted, swept, found, told)), tuple(_astray(planted, told))


async def _nowhere(host: str, port: int) -> list[str]:
    if host == "127.0.0.1":
        return [host]
    raise OSError("Name or service not known")


def _told(found: Sequence[SuspectLine]) -> Mapping[str, set[str]]:
    told: dict[str, set[str]] = defaultdict(set)
    for line in found:
        told["/" + line.url.split("/", 3)[3]].add(line.rule)
    return told


def _lines(
    planted: Planted, swept: Swept, found: Sequence[SuspectLine], told: Mapping[str, set[str]]
) -> Iterator[str]:
    defects = {path: rule for path, rule in planted.truth.items() if rule}
    near = [path for path, rule in planted.truth.items() if not rule]
    hits = sum(rule in told.get(path, ()) for path, rule in defects.items())
    name = found[0].column if found else planted.column
    yield (
        f"内容检查：“{name}”栏目信息{swept.posts}篇、附件图片链接{swept.resources}个，"
        f"植入的{len(defects)}处问题找出{hits}处，{len(near)}处近似项误报{sum(bool(told.get(p)) for p in near)}处"
        "（都是疑点，待人工认定，不计入单位）"
    )
    for line in reversed(found):
        yield f"  {line.title}：{line.why}　{line.sentence or line.quote}"


def _astray(planted: Planted, told: Mapping[str, set[str]]) -> Iterator[str]:
    for path in sorted({*planted.truth, *told}):
        wanted = {planted.truth[path]} - {""} if path in planted.truth else set()
        for rule in sorted(wanted - told.get(path, set())):
            yield f"内容检查：{path} 应报“{RULES[rule].title}”而未报"
        for rule in sorted(told.get(path, set()) - wanted):
            yield f"内容检查：{path} 误报“{RULES[rule].title}”"
