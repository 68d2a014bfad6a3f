"""What an article prints about itself around its title: date, origin, column, found by words and
place.

Works on the passages of ``passages.py``; ``at`` is the index of the title's passage, or -1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from crawler.days.parts import Part, parts, plain
from crawler.days.strength import WRITTEN
from crawler.days.text import OTHER_DATE, find_dates, judge
from crawler.model import Dated, Refused
from crawler.reading.articles.passages import Passage
from crawler.reading.markup import said

PUBLISHED = re.compile(
    r"(?:信息|文章|稿件|新闻|公告|网上|首次)?(?:发\s{0,4}布|发\s{0,4}表|发稿|公开|公布|上网|刊登|刊发|信息|报道|稿件)的?(?:时\s{0,4}间|日\s{0,4}期)"
    r"|发布于|发表于|(?<![\u4e00-\u9fff])发\s{0,4}布(?=\s{0,4}[:：∶﹕])"
)
"""The many names of one thing on portals' articles; old templates pad them (发 布 时 间)."""
PLAIN_LABEL = re.compile(
    r"(?<![\u4e00-\u9fff])(?:时\s{0,4}间|日\s{0,4}期)(?=\s{0,4}[:：∶﹕])"
    r"|(?<![A-Za-z])(?:Published|Posted|Released?|Pub ?date|Date|Time)(?: (?:on|at|time|date))?(?=\s{0,4}[:：])",
    re.I,
)
"""Articles with 时间： or 日期： alone in the line below the title, English pages with Date."""
UPDATED = re.compile(
    r"(?:最后|最近)?(?:更新|编辑|录入|添加|提交|入库|修改|创建|上传|回复)(?:时间|日期|于)|发文(?:时间|日期)|(?:Last )?[Uu]pdated(?: on| at)?(?=\s{0,4}[:：])"
)
"""Templates that print only when an entry was made or changed, and 发文日期 of a document."""
AFTER_LABEL = re.compile(r"[\s:：∶﹕\]】)）>|]{0,200}")
"""A national portal sets 160 blanks between the label and its date."""
CLOCK_OF_THE_PAGE = re.compile(
    r"今天|今日|现在是|当前(?:时间|日期)|系统时间|打印(?:时间|日期)|本站|本网站?|网站最后|生成(?:时间|日期)|访问时间|您好|欢迎"
)
"""Heads of portals that tell the visit's day (今天是…) above the article."""
OF_WHOM = re.compile(
    r"(?:来\s{0,6}源|稿源|作\s{0,4}者|编\s{0,4}辑|责编|供稿|发布(?:机构|单位|人|者))\s{0,4}[:：∶﹕]\s{0,4}[^\s:：|｜\[\]【】()（）]{1,30}"
)
"""Who wrote it, with the name: 来源：本站原创, 来源：今日临水 are no clock of the page."""
INFO = re.compile(
    r"来源|作者|编辑|责编|浏览|阅读|点击|访问量|人气|字[体号]|分享|打印|供稿|记者|发布|收藏|大 中 小|【|Source"
)
"""What stands in the line below a title together with its date."""
COPYRIGHT = re.compile(r"copyright|©|备案|ICP|版权|主办", re.I)
"""Lines of the foot hold years and days of the site's own."""
IMPRINT = re.compile(r"版权所有|copyright|©|ICP\s?备\s?[\d案]|公网安备|网站标识码", re.I)
"""Words of the portal's foot: a day beside them is the site's, not the article's."""
LABEL_CELL = re.compile(r"(?:时\s{0,4}间|日\s{0,4}期)\W{0,3}\Z")
"""Index tables give 成文日期 a cell and its day the next."""
WEEKDAY = re.compile(r"日\s{0,4}(?:星期|周)[一二三四五六日天]")
"""The clock in a portal's head prints the weekday behind the day."""
SPAN = re.compile(r"[至到~～—]|--")
"""A date in that line before 至 begins a range (公示期), it does not publish."""
BODY_LENGTH = 110
"""Characters of prose from which a passage belongs to the body, where dates tell of other
things."""
BODY_BEGINS = re.compile(r"。|；|[\u4e00-\u9fff]{2}[:：]\s{0,4}\Z")
"""The first sentence, or the salutation of a circular (各街道办事处：)."""
UNLABELLED = "beside the title, without a label"
PUBLICATION = "printed as the publication"
SIGNED = re.compile(r"签\s{0,4}署(?:时\s{0,4}间|日\s{0,4}期)")
"""The day of the contract, in the line of date and origin of procurement portals: it clears and
never convicts."""
NOT_ITS_OWN = "the day of the contract, not of its publication"
EVENT = re.compile(
    r"地\s{0,4}点|地\s{0,4}址|会\s{0,4}场|主\s{0,4}讲|报告人|主持人|参加(?:人员|对象)|(?:上午|下午|晚上)\s{0,4}\d"
)
"""What stands beside the time of an event (时间：4月30日下午 地点：一号楼), which is no publication."""
ABOVE, BELOW = 4, 20
"""How many passages above and below the title its line of date and origin may stand."""

ORIGIN = re.compile(
    r"(?:(?:信息|文章|稿件|新闻|内容|数据)?来\s{0,6}源(?:单位|部门|于)?|稿源|供稿(?:单位|部门)?|转载自|"
    r"发布(?:机构|单位|部门|机关)|公开(?:主体|机构)|发文(?:机关|单位|机构)|信息提供(?:单位|部门)?)\s{0,4}[:：∶﹕]"
    r"|[\[【〔(（]\s?(?:(?:信息|文章|稿件|新闻)?来\s{0,6}源|稿源|发布(?:机构|单位))\s?[\]】〕)）]\s{0,4}(?=[\w“\"《])"
)
"""Labels seen above articles and in index tables, in brackets on some (【来源】)."""
ORIGIN_SPACED = re.compile(
    r"(?:\A\s{0,4}|[|｜]\s{0,4}|\d\s{1,4})(?:信息|文章|稿件)?来源(?:\s{0,4}[|｜/]\s{0,4}|\s{1,4})(?=[\u4e00-\u9fff]{2})"
)
"""来源 without a colon, before a name that must be an office's: the word stands in sentences, too."""
NOBODY = re.compile(
    r"(?:本站|本网站?|网站|系统|后台|平台|信息)?(?:管理员|编辑部?|小编|编辑整理|整理|采编|录入员?|发布员)(?=[\s|｜】\]);；，,。”\"》）]|\Z)"
)
"""Who only typed it in: 来源：本站编辑 names no office."""
ORIGIN_CELL = re.compile(
    r"\A\s{0,4}(?:(?:信息|文章|稿件)?来\s{0,6}源|稿源|供稿单位|发布(?:机构|单位|机关)|发文(?:机关|单位|机构))\s{0,4}\Z"
)
"""The label alone in its cell, and what it names in the next one."""
CELLS = frozenset({"td", "th", "dt"})
"""Index tables above articles (索引号, 发布机构), whose label and name have a cell each."""
SHORT = 100
"""Characters of a line of date and origin at most."""
MOST = 2000
"""Passages looked at for a label, the nearest to the title first: articles have some hundreds,
lists of a day's data more."""
EDITOR = re.compile(r"(?:责编|责任编辑|编辑)\s{0,4}[:：∶﹕]")
"""Portals that print 责编 and no 来源: an office's name there is the origin, a person's is not."""
OFFICE = re.compile(
    r"(?:处|局|办|科|中心|部|委|院|室|站|队|镇|乡|街道|学校|大学|会|公司|网|报|台|社|厅|组|所|政府|机关)\Z"
)
"""Ends of names of offices and media, where a label alone does not prove one."""
VALUE = re.compile(r"[\s\u3000“\"《【\[(（]{0,200}([^\s|｜】\]);；，,。”\"》]{2,40})")
"""What stands behind an origin's label, in quotation marks or brackets on some portals."""
NEXT_LABEL = re.compile(
    r"作者|评论|发布(?:时间|日期|机构|者|人)|发表|浏览|阅读|点击|访问|字[体号]|编辑|责编|分享|打印|时间|日期|文号|名称|索引号|主题|审核|\d{4}[-年/]|[:：]"
)
"""Lines that print origin, author, views and date one behind the other without a bar."""
PLACE = re.compile(
    r"(?:当前|所在|您的|你的|现在的?|目前|页面|网站)的?位置|^\s{0,4}位置\s{0,4}[:：]|^\s{0,4}(?=(?:网站)?首页\s{0,9}[>»›＞→/])"
)
"""Breadcrumbs: 当前位置：首页 > 政务公开, and those that begin with 首页 itself."""
CRUMBS = re.compile(r"\s{0,9}(?:>+|&gt;|»|›|＞|→|／|/|\\|::|-+|—+|\|)\s{0,9}")
"""Signs between the steps of a breadcrumb, as many as there are makers."""
NO_CRUMB = frozenset(
    {
        "正文",
        "首页",
        "主页",
        "网站首页",
        "内容",
        "详情",
        "文章",
        "文章内容",
        "详细内容",
        "信息内容",
        "文章正文",
        "查看",
    }
)
"""Last steps that templates write for every article instead of the column's name."""


def labelled_dates(
    found: Sequence[Passage], at: int, today: date
) -> tuple[list[Dated], list[Refused]]:
    """Dates behind 发布时间 and the like, then behind 时间/日期, then 更新时间; each kind nearest to the title
    first.

    时间 and 更新时间 in the lines around the title come before a bare date there, and that before the
    same words in the body (时间：of a meeting) and below it. What the portal's imprint says tells of
    the portal.
    """
    refused: list[Refused] = []
    foot = _imprint(found, at)
    order = sorted(range(foot), key=lambda i: _distance(i, at, found[i].hidden))[:MOST]
    near = set(_lines(found, at)) if at >= 0 else set(order)
    lines, rest = (
        [i for i in order if i in near],
        [i for i in order if i not in near and i < foot - 2],
    )
    above = [i for i in order if i <= at or i in near]
    believed = _behind(PUBLISHED, found, above, today, refused)
    if not believed:
        own = [i for i in order if i > at and i not in near and not _of_another(found, i)]
        believed = _behind(PUBLISHED, found, own, today, refused)
        bare = bare_date(found, at, today) if believed else None
        if bare or (believed and (plain := _behind(PLAIN_LABEL, found, lines, today, refused))):
            # in the body the words tell of something else (名单公布时间) as often as of the article
            return [bare, *believed] if bare else [*plain, *believed], refused
    if believed:
        return [replace(one, why=one.why or PUBLICATION) for one in believed], refused
    for label in (PLAIN_LABEL, UPDATED):
        believed = _behind(label, found, lines, today, refused)
        if believed:
            before = _before_updated(found, lines, today) if label is UPDATED else None
            return ([before, *believed] if before else believed), refused
    for label in (PLAIN_LABEL, UPDATED):
        believed = _behind(label, found, rest, today, refused)
        if believed:
            bare = bare_date(found, at, today)
            return ([bare, *believed] if bare else believed), refused
    return [], refused


def _before_updated(found: Sequence[Passage], lines: Sequence[int], today: date) -> Dated | None:
    """The day with which the line begins that says 最后更新 at its end: the publication, printed
    without a label."""
    for i in lines:
        match = UPDATED.search(found[i].text[:250])
        told = list(parts(plain(found[i].text[: match.start()]))) if match is not None else []
        if len(told) == 1 and told[0].alone and told[0].sure and not told[0].label:
            raw = found[i].text[told[0].start : told[0].end].strip()
            answer = judge(told[0], raw, today=today, place="label")
            return replace(answer, why=UNLABELLED) if isinstance(answer, Dated) else None
    return None


LINE = re.compile(r"来\s{0,6}源|作者|编辑|浏览|阅读|点击|字[体号]")
"""What the article's own line holds before 发布时间, unlike a sentence in its body."""
ANOTHER = re.compile(r"[\u4e00-\u9fff]\Z")
"""原公告发布日期 in a correction, 成绩公布时间 in a notice of an examination."""


def _of_another(found: Sequence[Passage], i: int) -> bool:
    """Whether 发布时间 in passage ``i`` of the body is something else's: a word stands before it
    (原公告发布日期, 成绩公布时间), or a range behind it (公开时间：10日至16日), and nothing that the line of date and
    origin has."""
    text = found[i].text
    match = PUBLISHED.search(text[:2000])
    if match is None:
        return False
    before = text[: match.start()]
    if ANOTHER.search(before) is not None:
        return LINE.search(before) is None or len(before) > 60
    behind = plain(_value_of(found, i, match.end()))
    first = next(iter(parts(behind)), None)
    return first is not None and first.ranged


def is_published(dated: Dated) -> bool:
    """Whether ``dated`` was printed behind 发布时间 or another word for the publication."""
    return dated.place == "label" and dated.why == PUBLICATION


def signed_dates(found: Sequence[Passage], at: int, today: date) -> list[Dated]:
    """Where nothing else is printed: 签署时间 in the line that also tells the origin, with the reason
    why it is weak."""
    refused: list[Refused] = []
    order = sorted(range(_imprint(found, at)), key=lambda i: _distance(i, at, found[i].hidden))[
        :MOST
    ]
    lines = [i for i in order if ORIGIN.search(found[i].text) and len(found[i].text) <= 120]
    believed = _behind(SIGNED, found, lines, today, refused)
    return [replace(one, place=WRITTEN, why=NOT_ITS_OWN) for one in believed]


def _behind(
    label: re.Pattern[str],
    found: Sequence[Passage],
    where: Sequence[int],
    today: date,
    refused: list[Refused],
) -> list[Dated]:
    """The believed dates behind ``label`` in the passages ``where``; the others go to
    ``refused``."""
    believed: list[Dated] = []
    for i in where:
        if label is PLAIN_LABEL and _of_an_event(found, i):
            continue
        for match in _labels(label, found[i].text):
            dates = find_dates(_value_of(found, i, match.end()), today=today, place="label")
            believed += dates.believed[:1]
            refused += dates.refused[:1]
    return believed


def _of_an_event(found: Sequence[Passage], i: int) -> bool:
    """Whether 时间 in passage ``i`` is an event's: its place or speaker stands beside it or in the
    next line."""
    beside = found[i].text[:300]
    after = found[i + 1].text[:12] if i + 1 < len(found) else ""
    return EVENT.search(beside) is not None or EVENT.match(after) is not None


def _imprint(found: Sequence[Passage], at: int) -> int:
    """Where the portal's imprint begins, the end where there is none."""
    below = range(at + 2, len(found))
    return next(
        (i for i in below if IMPRINT.search(found[i].text) and len(found[i].prose) < 400),
        len(found),
    )


def _lines(found: Sequence[Passage], at: int) -> list[int]:
    """The title and the lines around it where an article prints its date and origin."""
    return [*range(max(0, at - ABOVE), at + 1), *_until_body(found, at + 1, at + 1 + BELOW)]


def _labels(label: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    if len(text) > 2000:
        text = text[:2000]
    for match in label.finditer(text):
        if not is_clock(text[: match.end()], match.start() - 6):
            yield match


def is_clock(text: str, start: int = 0) -> bool:
    """Whether ``text`` from ``start`` on tells the day of the visit, and not only who wrote the
    article (来源：本站)."""
    said = OF_WHOM.sub(lambda found: found[0][:1] * len(found[0]), text)
    return CLOCK_OF_THE_PAGE.search(said, max(0, start)) is not None


def _distance(i: int, at: int, hidden: bool) -> int:
    """Below the title is nearer than above it (an index table), the page's seen text nearer than
    hidden text."""
    return (i - at if i >= at else at - i + 5) + (1000 if hidden else 0)


def _value_of(found: Sequence[Passage], i: int, end: int) -> str:
    """The text behind a label; of the next passages when the label ends its own."""
    gap = AFTER_LABEL.match(found[i].text, end)
    rest = found[i].text[gap.end() if gap else end :]
    if rest:
        return rest[:40]
    for passage in found[i + 1 : i + 3]:
        # the label's value has a cell or line of its own; a longer one is the body
        if len(passage.text) <= 40:
            return passage.text
    return ""


def bare_date(found: Sequence[Passage], at: int, today: date) -> Dated | None:
    """The nearest date without a label in the lines around the title, before the body begins."""
    if at < 0:
        return _only_line(found, today)
    foot = _imprint(found, at)
    below = [i for i in _until_body(found, at + 1, at + 1 + BELOW) if i < foot]
    above = range(at - 1, max(-1, at - 1 - ABOVE), -1)
    lines = (
        i for i in (*below, at, *above) if not found[i].hidden and not _labelled_otherwise(found, i)
    )
    dates = (_info_date(found[i], today) for i in lines)
    return next((dated for dated in dates if dated is not None), None)


def _labelled_otherwise(found: Sequence[Passage], i: int) -> bool:
    """Whether the passage before is the label of another date: 成文日期 in a cell of its own."""
    before = found[i - 1].text if i else ""
    return (
        len(before) <= 12 and LABEL_CELL.search(before) is not None and not PUBLISHED.search(before)
    )


def of_the_site(found: Sequence[Passage], at: int, day: date, today: date) -> bool:
    """Whether ``day`` is printed only where a page tells today's date, its imprint, links to
    others, an event's time or another label's date."""
    foot, printed = _imprint(found, at), False
    for i, passage in enumerate(found):
        if len(passage.text) > 2000 or not any(
            dated.day == day
            for dated in find_dates(passage.text, today=today, place="label").believed
        ):
            continue
        printed = True
        clock = is_clock(passage.text) or WEEKDAY.search(passage.text)
        row = passage.links > 0 and len(passage.prose) <= 40
        if not (
            i >= foot - 2 or clock or row or _labelled_otherwise(found, i) or _of_an_event(found, i)
        ):
            return False
    return printed or day >= today  # a day of the look that no text prints is a script's clock


def _only_line(found: Sequence[Passage], today: date) -> Dated | None:
    """Where the title is not found: the page's lines of date and origin, if they agree on one
    day."""
    lines = (passage for passage in found if not passage.hidden and INFO.search(passage.text))
    dates = [dated for dated in (_info_date(line, today) for line in lines) if dated is not None]
    return dates[0] if len({dated.day for dated in dates}) == 1 else None


def _until_body(found: Sequence[Passage], start: int, stop: int) -> list[int]:
    """Indexes of the lines between title and body. The first sentence or address (各街道办事处：) is
    body."""
    seen = []
    for i in range(start, min(stop, len(found))):
        prose = found[i].prose
        if not INFO.search(prose[:60]) and (len(prose) > BODY_LENGTH or BODY_BEGINS.search(prose)):
            break
        seen.append(i)
    return seen


def _info_date(passage: Passage, today: date) -> Dated | None:
    """The date of a line that holds nothing else, or only words such as 来源 and 浏览次数 beside it."""
    text = passage.text
    if len(text) > 250 or is_clock(text) or COPYRIGHT.search(text) or OTHER_DATE.search(text[:12]):
        return None
    letters = plain(text)
    for part in parts(letters):
        before, after = (
            letters[max(0, part.start - 1) : part.start],
            letters[part.end : part.end + 2],
        )
        alone = part.alone and not part.label
        in_line = (
            (INFO.search(text) or _before_a_name(part, text))
            and part.sure
            and not before.strip(" (|:,;")
            and not SPAN.match(after.strip())
        )
        if (alone and part.sure) or in_line:
            answer = judge(part, text[part.start : part.end].strip(), today=today, place="label")
            return replace(answer, why=UNLABELLED) if isinstance(answer, Dated) else None
    return None


def _before_a_name(part: Part, text: str) -> bool:
    """A date with its time of day, and behind it nothing but the name of who published (… 10:56:28
    某某网)."""
    rest = text[part.end :].strip()
    return (
        part.time is not None
        and not text[: part.start].strip()
        # the name of a site or an office, no sentence
        and len(rest) <= 16
        and bool(OFFICE.search(rest))
    )


def origin(found: Sequence[Passage], at: int) -> str | None:
    """The printed 来源 or 发布机构 nearest to the title; an office given as 责编 at last, never a
    person."""
    order = sorted(range(len(found)), key=lambda i: _distance(i, at, found[i].hidden))
    for label, must in (
        (ORIGIN, None),
        (ORIGIN_CELL, None),
        (ORIGIN_SPACED, OFFICE),
        (EDITOR, OFFICE),
    ):
        for i in order:
            if len(found[i].prose) > (SHORT if label is ORIGIN_SPACED else 400):
                continue
            if label is ORIGIN_CELL and found[i].tag not in CELLS:
                continue
            for match in label.finditer(found[i].text):
                value = _named(found, i, match.end())
                if value and (must is None or must.search(value)):
                    return value
    return None


def _named(found: Sequence[Passage], i: int, end: int) -> str | None:
    rest = found[i].text[end:]
    if not rest.strip() and i + 1 < len(found) and _is_value(found[i + 1]):
        rest = found[i + 1].text
    match = VALUE.match(rest)
    if match is None or NOBODY.match(match[1]):
        return None
    value = NEXT_LABEL.split(match[1])[0].strip("-—_/、")
    inner, closed, _ = value.partition("）")
    if closed and "（" not in inner:  # the whole line stands in brackets
        value = inner
    named = len(value) >= 2 and re.search(r"[\u4e00-\u9fffA-Za-z]", value) and said([value])
    return value if named and value.lower() not in ("http", "https") else None


def _is_value(passage: Passage) -> bool:
    """Whether a passage may be what the label before it names: a cell beside it, or an office's
    name.

    Not the salutation (各位同学：) with which a text begins under an empty 来源.
    """
    text = passage.text.strip()
    if len(text) > 30 or text.endswith((":", "：")) or BODY_BEGINS.search(text):
        return False
    return passage.tag in ("td", "dd") or OFFICE.search(text) is not None


def crumb(found: Sequence[Passage], at: int, title: str) -> str | None:
    """The last column of the breadcrumb (当前位置：首页 > 政务公开 > 通知公告)."""
    head = found[: at if at >= 0 else len(found)]
    for i, passage in enumerate(head):
        match = PLACE.search(passage.text)
        if match is None:
            continue
        trail = [passage.text[match.end() :]]
        trail += [
            # each step of some breadcrumbs is an element of its own
            near.text
            for near in head[i + 1 : i + 8]
            if len(near.text) <= 24 and near.links <= 2
        ]
        for text in (
            (trail[0], *trail[1:][::-1]) if CRUMBS.search(trail[0].strip()) else trail[::-1]
        ):
            names = [name.strip(" :：\u3000") for name in CRUMBS.split(text)]
            names = [name for name in names if name and name not in NO_CRUMB and name != title]
            if names and len(names[-1]) <= 24:
                return names[-1]
    return None
