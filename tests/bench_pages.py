"""How right are the readers on labelled pages? ``python -m tests.bench_pages DIR… [--folds N]
[--json]``

Each DIR holds saved pages and ``labels.jsonl`` with their answers read by eye. Lists: the newest
date right (proven by the page read with its site's other columns, so that the frame is learned),
wrong (proven, and not true), partial (not proven, and the bounds hold the truth) or refused; posts'
recall and precision by title and date, or by date where the label has no titles; addresses where
the label says they are live. Articles: the date. Blank, script-made, moved and stub pages: the
outcome. Beside it two others on the same pages: the newest date anywhere in the HTML, and
``htmldate``. ``--folds`` prints the figures of each part of the sites by itself: a reader that was
made for some sites shows it on the others.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import htmldate

from crawler.model import Evidence, Page, shanghai_day, upper_bound
from crawler.reading.frames import frame_key, learned, proves, remaining
from crawler.reading.kinds import NOWHERE
from crawler.reading.listing import read_list
from crawler.reading.markup import decode
from crawler.reading.reader import read_saved
from crawler.reading.states import refusal

RIGHT, PARTIAL, WRONG, REFUSED = "right", "partial", "wrong", "refused"
TRUE_OUTCOMES: Mapping[str, frozenset[str]] = {
    "empty": frozenset({"empty"}),
    "ajax": frozenset({"unreadable"}),
    "soft404": frozenset({"blocked", "unreachable", "unreadable"}),
}
ANY_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})(?!\d)")
LETTERS = re.compile(r"[\W_]+")
ROUNDS = 5


@dataclass(slots=True)
class Score:
    """One page against its label. ``newest`` is right, wrong, refused or ``""``; counts are of
    posts."""

    file: str
    kind: str
    family: str
    newest: str = ""
    evidence: str = ""
    upper: str | None = None
    said: str | None = None
    truth: str | None = None
    outcome: str = ""
    reason: str = ""
    outcome_right: bool | None = None
    kind_said: str = ""
    kind_right: bool | None = None
    expected: int = 0
    found: int = 0
    posts: int = 0
    live: int = 0
    live_found: int = 0
    milliseconds: float = 0.0
    kilobytes: float = 0.0
    anywhere: str = ""
    htmldate: str = ""
    missed: list[str] = field(default_factory=list)
    site: str = ""


def scores(folder: Path, as_of: datetime) -> Iterator[Score]:
    """One score for every labelled page of ``folder``."""
    labels = [
        json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines()
    ]
    frames = site_frames(folder, labels, as_of)
    for label in labels:
        body = (folder / label["file"]).read_bytes()
        row = score(label, body, as_of, frames.get(label["site"], frozenset()))
        row.site = label["site"]
        yield row


def site_frames(
    folder: Path, labels: Iterable[Mapping[str, Any]], as_of: datetime
) -> dict[str, frozenset[str]]:
    """The links that are frame, by site: learned from all its labelled lists, as a night would."""
    around: defaultdict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for label in labels:
        if label["kind"] in ("list", "empty"):
            url = label["page_url"] or NOWHERE
            page = Page(url, url, 200, {}, (folder / label["file"]).read_bytes(), as_of)
            around[label["site"]][url] = read_list(page).around
    return {site: learned(pages) for site, pages in around.items()}


def score(
    label: Mapping[str, Any], body: bytes, as_of: datetime, frame: frozenset[str] = frozenset()
) -> Score:
    url = label["page_url"] or ""
    auto = read_saved(body, url=url, as_of=as_of)
    listed = label["kind"] in ("list", "empty", "ajax")
    answer = read_saved(body, url=url, as_of=as_of, kind="list") if listed else auto
    family = label.get("cms") or label["site"]
    result = Score(
        label["file"], label["kind"], family, outcome=answer["outcome"], reason=answer["reason"]
    )
    result.kind_said = auto["kind"]
    if label["kind"] in ("list", "article", "home"):
        result.kind_right = auto["kind"] == label["kind"]
    if label["kind"] in TRUE_OUTCOMES:
        result.outcome_right = answer["outcome"] in TRUE_OUTCOMES[label["kind"]]
    if label["kind"] == "list":
        _score_list(result, label, answer)
        _score_bounds(result, Page(url or NOWHERE, url or NOWHERE, 200, {}, body, as_of), frame)
    elif label["kind"] == "article":
        read = read_saved(body, url=url, as_of=as_of, kind="article")["article"]
        result.said, result.truth = read and read["date"], label["pub_date"]
        result.newest = _verdict(result.said, result.truth)
    if result.truth:
        text, today = decode(body, {}), shanghai_day(as_of)
        result.anywhere = _verdict(newest_anywhere(text, today), result.truth)
        result.htmldate = _verdict(by_htmldate(text, today), result.truth)
    result.kilobytes = round(len(body) / 1000, 1)
    result.milliseconds = _milliseconds(body, url or NOWHERE, as_of)
    return result


def _verdict(said: str | None, truth: str | None) -> str:
    if said is None:
        return REFUSED
    return RIGHT if said == truth else WRONG


def _score_bounds(result: Score, page: Page, frame: frozenset[str]) -> None:
    """What the look proves beside its site's frame: only a proven newest date may be wrong."""
    reading = read_list(page)
    newest = reading.newest.day if reading.newest else None
    left = remaining(
        reading.unread,
        newest,
        is_frame=lambda url: frame_key(url) in frame,
        known_day=lambda url: None,
        dismissed=(),
    )
    result.evidence = proves(reading.evidence, left).value
    upper = upper_bound(newest, left)
    result.upper = upper.isoformat() if upper else None
    if result.newest == REFUSED or result.evidence == Evidence.COMPLETE:
        return
    truth, said = result.truth or "", result.said or ""
    result.newest = (
        PARTIAL if said <= truth and (result.upper is None or truth <= result.upper) else WRONG
    )


def _score_list(result: Score, label: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    result.said, result.truth = answer["newest"], label["newest_date"]
    result.newest = _verdict(result.said, result.truth)
    if "items" not in label:
        _score_days(
            result, label["dates"], [post["date"] for post in answer["posts"] if post["date"]]
        )
        return
    items, posts = label["items"], answer["posts"]
    result.expected, result.posts = len(items), len(posts)
    left = list(posts)
    for item in items:
        match = next((post for post in left if _same(item, post)), None)
        if match is None:
            result.missed.append(f"{item['date']} {item['title'][:30]}")
            continue
        left.remove(match)
        result.found += 1
        if _is_live(item):
            result.live_found += match["url"] == item["url"]
    result.live = sum(_is_live(item) for item in items)


def _score_days(result: Score, dates: list[str], said: list[str]) -> None:
    """Labels that give the posts' days alone; a day that the page prints without its year is
    ``--MM-DD``."""
    result.expected, result.posts = len(dates), len(said)
    left = list(said)
    for day in dates:
        match = next((one for one in left if one.endswith(day.removeprefix("--"))), None)
        if match is None:
            result.missed.append(day)
            continue
        left.remove(match)
        result.found += 1


def _is_live(item: Mapping[str, Any]) -> bool:
    return bool(item.get("url")) and not str(item["url"]).startswith("javascript")


def _same(item: Mapping[str, Any], post: Mapping[str, Any]) -> bool:
    if post["date"] != item["date"]:
        return False
    said = LETTERS.sub("", post["title"])
    names = [
        LETTERS.sub("", name) for name in (item["title"], item.get("anchor_text") or "") if name
    ]
    return any(
        said == name
        or (len(said) > 5 and name.startswith(said))
        or (len(name) > 5 and said.startswith(name))
        for name in names
    )


def newest_anywhere(text: str, today: date) -> str | None:
    """The newest possible date of the whole HTML: what simple checkers take."""
    days = []
    for year, month, day in ANY_DATE.findall(text):
        try:
            days.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    newest = max((day for day in days if day <= today + timedelta(days=1)), default=None)
    return newest.isoformat() if newest else None


def by_htmldate(text: str, today: date) -> str | None:
    """``htmldate`` with its own settings but a limit of one day after ``today``."""
    found: str | None = htmldate.find_date(text, max_date=(today + timedelta(days=1)).isoformat())
    return found


def _milliseconds(body: bytes, url: str, as_of: datetime) -> float:
    page = Page(url, url, 200, {}, body, as_of)
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        if refusal(page) is None:
            read_list(page)
        best = min(best, time.perf_counter() - start)
    return round(best * 1000, 3)


def summary(rows: Iterable[Score]) -> dict[str, Any]:
    """Sums and shares over ``rows``: lists, articles, odd pages, the two others, and speed."""
    pages = list(rows)
    lists = [row for row in pages if row.kind == "list"]
    articles = [row for row in pages if row.kind == "article"]
    odd = [row for row in pages if row.outcome_right is not None]
    kinds = [row for row in pages if row.kind_right is not None]
    return {
        "lists": _newest(lists),
        "lists_unknown": _share(sum(row.newest in (PARTIAL, REFUSED) for row in lists), len(lists)),
        "posts_recall": _share(sum(row.found for row in lists), sum(row.expected for row in lists)),
        "posts_precision": _share(sum(row.found for row in lists), sum(row.posts for row in lists)),
        "url_recall": _share(sum(row.live_found for row in lists), sum(row.live for row in lists)),
        "articles": _newest(articles),
        "odd_pages_right": _share(sum(bool(row.outcome_right) for row in odd), len(odd)),
        "kinds_right": _share(sum(bool(row.kind_right) for row in kinds), len(kinds)),
        "milliseconds_a_list": _mean([row.milliseconds for row in lists]),
        "kilobytes_a_list": _mean([row.kilobytes for row in lists]),
        "others_on_lists": {
            "newest date anywhere": Counter(row.anywhere for row in lists),
            "htmldate": Counter(row.htmldate for row in lists),
        },
        "others_on_articles": {
            "newest date anywhere": Counter(row.anywhere for row in articles),
            "htmldate": Counter(row.htmldate for row in articles),
        },
    }


def _newest(rows: list[Score]) -> dict[str, Any]:
    counts = Counter(row.newest for row in rows)
    return {"pages": len(rows), **{name: counts[name] for name in (RIGHT, WRONG, PARTIAL, REFUSED)}}


def _mean(values: list[float]) -> float:
    return round(sum(values) / max(1, len(values)), 3)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def by_family(rows: Iterable[Score]) -> dict[str, dict[str, int]]:
    """Right, wrong and refused newest dates of list pages for each family of the labels."""
    families: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.kind == "list":
            families[row.family][row.newest] += 1
    return {name: dict(families[name]) for name in sorted(families)}


def folds(rows: Iterable[Score], number: int) -> list[list[Score]]:
    """The pages in ``number`` parts of about one size; all pages of a site stand in one part."""
    sites: defaultdict[str, list[Score]] = defaultdict(list)
    for row in rows:
        sites[row.site].append(row)
    parts: list[list[Score]] = [[] for _ in range(number)]
    for _, pages in sorted(sites.items(), key=lambda site: (-len(site[1]), site[0])):
        min(parts, key=len).extend(pages)
    return parts


def _fold_line(number: int, rows: list[Score]) -> str:
    told = summary(rows)
    lists, articles = told["lists"], told["articles"]
    return (
        f"fold {number}: {len({row.site for row in rows})} sites; lists {lists[RIGHT]} of {lists['pages']} right, "
        f"{lists[WRONG]} wrong, {lists[PARTIAL] + lists[REFUSED]} unknown; recall {told['posts_recall']}, "
        f"precision {told['posts_precision']}; articles {articles[RIGHT]} of {articles['pages']} right, {articles[WRONG]} wrong"
    )


def show(rows: list[Score]) -> str:
    lines = [
        f"{'page':48} {'kind':8} {'newest':8} {'posts':>11} {'live url':>9} {'outcome':12} {'ms':>7}  anywhere htmldate"
    ]
    for row in rows:
        posts = f"{row.found}/{row.expected} of {row.posts}" if row.kind == "list" else ""
        live = f"{row.live_found}/{row.live}" if row.kind == "list" else ""
        state = row.newest or (
            {True: "right", False: "WRONG"}.get(bool(row.outcome_right))
            if row.outcome_right is not None
            else ""
        )
        lines.append(
            f"{row.file[:48]:48} {row.kind:8} {state:8} {posts:>11} {live:>9} "
            f"{(row.reason or row.outcome)[:12]:12} {row.milliseconds:7.2f}  {row.anywhere:8} {row.htmldate}"
        )
        if row.newest == WRONG:
            lines.append(
                f"    said {row.said}, true {row.truth} ({row.evidence}, upper {row.upper})"
            )
        if row.kind_right is False:
            lines.append(f"    taken for: {row.kind_said}")
        lines += [f"    missed {missed}" for missed in row.missed[:3]]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+", help="saved pages and labels.jsonl")
    parser.add_argument(
        "--folds", type=int, default=0, help="so many parts of the sites, each by itself"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, default=None, help="YYYY-MM-DD, default today"
    )
    options = parser.parse_args(arguments)
    for folder in options.folders:
        if not (folder / "labels.jsonl").is_file():
            parser.error(f"{folder}: no labels.jsonl there; give a folder of labelled pages")
    as_of = (
        datetime.combine(options.as_of, datetime.min.time(), UTC)
        if options.as_of
        else datetime.now(UTC)
    )
    rows = [row for folder in options.folders for row in scores(folder, as_of)]
    total, families = summary(rows), by_family(rows)
    if options.json:
        answer = {"pages": [asdict(row) for row in rows], "families": families, "summary": total}
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    print(show(rows))
    print()
    for name, counts in families.items():
        print(
            f"{name[:48]:48} "
            + "  ".join(f"{key} {value}" for key, value in sorted(counts.items()))
        )
    print()
    for name, value in total.items():
        print(f"{name:22} {dict(value) if isinstance(value, dict) else value}")
    if options.folds:
        print()
        for number, part in enumerate(folds(rows, options.folds), 1):
            print(_fold_line(number, part))
    return 0


if __name__ == "__main__":
    sys.exit(main())
