"""The survey form 附件4 (政务新媒体情况调查表) as it is printed: its form, and its rows as accounts.
Pure.

What cannot be understood is a fault with its cell; a form with a fault is never half taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from crawler.model import Contact, ContactRole
from crawler.reading.homes import home_of
from crawler.reading.media import MEDIA_NAMES, OTHER, medium_called
from crawler.register.books.forms import Field, Form
from crawler.register.books.grid import CellPicture, Grid
from crawler.register.books.line import Line
from crawler.register.books.lines import Table, read_table
from crawler.register.books.words import close, flat
from crawler.register.contacts import BadContact, contacts_in, without_phones
from crawler.register.survey_rows import Survey, SurveyRow

FORM = Form(
    "附件4",
    (
        Field("place", ("平台类型", "平台", "媒体类型", "账号类型"), needed=True, shared=True),
        Field("name", ("账号名称", "政务新媒体名称", "账号名", "新媒体名称"), needed=True, shared=True),
        Field("body", ("运营主体", "主体", "主办单位", "运营单位"), shared=True),
        Field("link", ("网址/二维码", "网址", "链接", "二维码"), shared=True, picture=True, wide=True),
        Field("review", ("是否建立信息审核机制", "是否建立信息", "是否建立"), shared=True, none_is_word=True),
        Field("contact", ("联系人",), shared=True, wide=True),
        Field("leader", ("负责人",), shared=True, wide=True),
    ),
    marks=(frozenset({"place", "name"}),),
    begins=True,
    strict=False,
    above="单位名称",
)  # fmt: skip
YES = frozenset({"是", "有", "已建立", "建立", "已建", "√", "✓", "✔"})
NO = frozenset({"否", "无", "没有", "未建立", "未建", "×", "✗", "✘"})
URL = re.compile(r"https?://[^\s，。；、）)>\"']{4,400}", re.I)
BARE_URL = re.compile(
    r"(?<![\w.])(?:www\.|m\.)?(?:weibo\.com|weibo\.cn|mp\.weixin\.qq\.com)/[^\s，。；、）)]{2,300}"
)
SEVERAL = re.compile(r"[/、,，;；+和及]")
LONGEST_NAME, LONGEST_LINK = 100, 400


def read_survey(grids: Sequence[Grid]) -> Survey:
    """The rows of every form in ``grids``. A workbook without any form has no rows and no forms."""
    table = read_table(grids, FORM)
    blind: list[str] = []
    rows = tuple(row for line in table.lines if (row := _row(line, blind)) is not None)
    return Survey(
        rows=rows,
        faults=table.every_fault(),
        ignored=table.ignored,
        forms=table.heads,
        notes=tuple(_notes(table, blind)),
    )


def _notes(table: Table, blind: Sequence[str]) -> Iterator[str]:
    if table.heads and table.ignored:
        yield f"跳过不是附件4的工作表：{'、'.join(name[:20] for name in table.ignored[:10])}"
    yield from table.notes
    if blind:
        cells = "、".join(blind[:10])
        yield f"图片里没有认出二维码，账号照常登记，网址留空：{cells}"


def _row(line: Line, blind: list[str]) -> SurveyRow | None:
    """The row as data; ``None`` where faults were noted. ``blind`` takes the cells of pictures that
    say nothing."""
    if line.faults:
        return None
    _check_texts(line)
    printed = line.written("place")
    platform = _platform(line, close(printed).lower())
    link, handle = _link(_said_link(line, blind), platform)
    if link is None:
        line.fault("link", f"网址不是{MEDIA_NAMES[platform]}的地址，与平台类型不符")
    people, review = tuple(_people(line)), _review(line)
    if line.faults:
        return None
    unit, unit_cell = line.above
    return SurveyRow(
        cell=line.at("name"),
        unit=unit,
        unit_cell=unit_cell or line.at("name"),
        platform=platform,
        printed=printed[:100],
        name=without_phones(line.written("name")),
        body=without_phones(line.written("body")),
        link=link or "",
        handle=handle,
        review=review,
        contacts=people,
    )


def _check_texts(line: Line) -> None:
    """What must be filled in is, and what was filled in can be taken."""
    if not line.above[0] and not line.text("body"):
        line.fault("name", "表上没有写单位名称，不知道是哪个单位的账号")
    for key in ("place", "name"):
        if not line.text(key):
            line.fault(key, f"没有填“{FORM.field(key).title}”")
    for key in ("name", "body"):
        if len(line.text(key)) > LONGEST_NAME:
            line.fault(key, f"“{FORM.field(key).title}”超过 {LONGEST_NAME} 个字")


def _platform(line: Line, printed: str) -> str:
    """微信公众号（订阅号） is what stands before the bracket; 微信/微博 are two accounts in one row."""
    found = medium_called(printed)
    if found != OTHER:
        return found
    bare = medium_called(re.sub(r"\(.*?\)", "", printed))
    parts = {medium_called(part) for part in SEVERAL.split(printed)} - {OTHER}
    if len(parts) > 1:
        line.fault("place", "一格里写了几个平台，一个账号填一行，平台类型只写一个")
    return bare if bare != OTHER else next(iter(parts), OTHER) if len(parts) == 1 else OTHER


def _people(line: Line) -> Iterator[Contact]:
    for key, role in (("contact", ContactRole.CONTACT), ("leader", ContactRole.LEADER)):
        try:
            yield from contacts_in(line.texts(key), role)
        except BadContact as error:
            line.fault(key, f"“{FORM.field(key).title}”{error}")


def _review(line: Line) -> bool | None:
    word = close(line.text("review"))
    if word and word not in YES | NO:
        line.fault("review", "“是否建立信息审核机制”只填“是”或“否”")
    return True if word in YES else False if word in NO else None


def _said_link(line: Line, blind: list[str]) -> str:
    """What the cells of the address say: text, the address behind it, or a QR code's."""
    text = " ".join(line.texts("link"))
    if URL.search(text) or BARE_URL.search(text):
        return text
    pictured = any(isinstance(value, CellPicture) for value in line.values("link"))
    code = next((flat(code) for code in line.codes("link") if URL.match(code)), "")
    if pictured and not code:
        blind.append(line.at("link"))
    return code or line.link("link") or line.written("link")


def _link(text: str, platform: str) -> tuple[str | None, Mapping[str, str]]:
    """The address and the ids in it; ``None`` for an address of another platform."""
    found = URL.search(text) or BARE_URL.search(text)
    if found is None:
        return without_phones(text)[:LONGEST_LINK], {}
    url = found[0] if found[0].lower().startswith("http") else f"https://{found[0]}"
    home = home_of(url)
    if home is None:
        return url[:LONGEST_LINK], {}
    if home.platform != platform and platform != OTHER:
        return None, {}
    return url[:LONGEST_LINK], home.handle if home.platform == platform else {}
