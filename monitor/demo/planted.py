"""Content defects and near misses planted in one column of the sample portal: what ``gengxin demo``
shows of the content checks.

Only the articles' inside changes, never a title, a date or an origin: every figure of the bulletin
stays what it is. The large tables of defects are in ``defects.py``.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.demo import defect_files as files
from monitor.demo.content import SamplePage
from monitor.demo.defect_resources import HTML, LOGIN, Served
from monitor.demo.district import District, first_day

FOLDER = "wzfj"
"""The folder below the column's that holds the planted files."""


@dataclass(frozen=True, slots=True)
class Plant:
    """What stands in one article: ``rule`` must be told of it, none for a near miss. ``files`` by
    name."""

    rule: str
    html: str
    files: Mapping[str, Served] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planted:
    """``html`` by the post's number, ``files`` by path; ``truth`` is the rule by the post's path,
    empty for near misses."""

    column: str = ""
    html: Mapping[int, str] = field(default_factory=dict)
    files: Mapping[str, Served] = field(default_factory=dict)
    truth: Mapping[str, str] = field(default_factory=dict)


def plants() -> tuple[Plant, ...]:
    """Nine defects and six near misses, one a post."""
    picture = files.png()
    return (
        Plant("wording.pair", "<p>会议布署了下一阶段的工作。</p>"),
        Plant("wording.number", "<p>请按照《样例办法》（样政办[2020]15号）执行。</p>"),
        Plant("wording.date", "<p>各单位应于2020年2月30日前报送。</p>"),
        Plant("personal.id", f"<p>申请人张某，身份证号：{files.id_number(7)}。</p>"),
        Plant("attachments.empty", _link("1.docx", "附件：样例表格.docx"), {"1.docx": Served()}),
        Plant(
            "attachments.page",
            _link("2.pdf", "附件：样例名单.pdf"),
            {"2.pdf": Served(LOGIN, kind=HTML)},
        ),
        Plant(
            "pictures.broken",
            _picture("3.png"),
            {"3.png": Served(picture[: len(picture) // 2], kind="image/png")},
        ),
        Plant("links.foreign", '<p>详见<a href="http://shop.example.com/">相关网站</a>。</p>'),
        Plant("layout.template", "<p>责任编辑：{{article.editor}}</p>"),
        Plant("", "<p>请按照《样例办法》（样政办〔2020〕15号）执行。</p>"),
        Plant("", "<p>会议部署了下一阶段的工作，各单位应于2020年2月29日前报送。</p>"),
        Plant("", "<p>申请人张某，身份证号：350104********0017。</p>"),
        Plant(
            "",
            _link("4.docx", "附件：样例说明.docx"),
            {"4.docx": Served(files.docx("附件的文字。"))},
        ),
        Plant("", _picture("5.png"), {"5.png": Served(picture, kind="image/png")}),
        Plant("", "<p>联系电话：0591-00000000（样例）。</p>"),
    )


def plant(district: District, items: Iterable[SamplePage]) -> Planted:
    """Where the plants stand: on the newest posts of the smallest column that has enough of them;
    else nowhere."""
    all_plants = plants()
    start = first_day(district.months[0])
    posts: dict[str, list[SamplePage]] = {}
    total: Counter[str] = Counter()
    for item in items:
        total.update((item.home, *item.also))
        if (
            item.unit
            and not item.document
            and item.moment <= district.as_of
            and item.moment.date() >= start
        ):
            posts.setdefault(item.home, []).append(item)
    enough = [
        column for column in district.columns if len(posts.get(column.id, ())) >= len(all_plants)
    ]
    if not enough:
        return Planted()
    column = min(enough, key=lambda c: (total[c.id], c.id))
    newest = sorted(posts[column.id], key=lambda item: (item.moment, item.number))[
        -len(all_plants) :
    ]
    return _planted(column.id, column.folder, newest, all_plants)


def _planted(id_: str, folder: str, posts: Sequence[SamplePage], found: Sequence[Plant]) -> Planted:
    pairs = list(zip(posts, found, strict=True))
    served = {
        f"/{folder}/{FOLDER}/{name}": file for _, one in pairs for name, file in one.files.items()
    }
    return Planted(
        id_,
        {item.number: one.html for item, one in pairs},
        served,
        {f"/{folder}/{item.file}": one.rule for item, one in pairs},
    )


def _link(name: str, text: str) -> str:
    return f'<p><a href="../{posixpath.join(FOLDER, name)}">{text}</a></p>'


def _picture(name: str) -> str:
    return f'<p><img src="../{posixpath.join(FOLDER, name)}" alt="样例图片"></p>'
