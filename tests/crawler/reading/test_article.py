"""Articles written by us in the ways portals print them; what they say of themselves must come
out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import SHANGHAI, Article, Outcome, Page
from crawler.reading.article import read_article

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
URL = "http://portal.example.org/zwgk/gzdt/content/post_118.html"
TITLE = "示例区召开防汛工作部署会议"
DAY = date(2026, 11, 2)
NAV = "".join(
    f'<li><a href="/{i}/">{n}</a></li>'
    for i, n in enumerate(["首页", "政务公开", "办事", "互动", "数据"] * 3)
)
BODY = (
    "<p>11月1日，示例区召开会议，对防汛工作作出部署。会议要求各单位压实责任，2026年12月31日前完成排查。</p>"
    * 4
)
SIGNED = "<p align='right'>示例区应急管理局</p><p align='right'>2026年10月30日</p>"


def article(
    info: str = "",
    *,
    metas: str = "",
    above: str = "",
    body: str = BODY,
    below: str = "",
    script: str = "",
    url: str = URL,
    title: str = TITLE,
    hint: str = "",
) -> Article:
    text = (
        f"<html><head><title>{title}_示例区人民政府</title>{metas}</head><body>{script}<ul>{NAV}</ul>{above}"
        f"<h1>{title}</h1>{info}<div id='zoom'>{body}{SIGNED}</div>{below}<p>主办：示例区人民政府办公室</p></body></html>"
    )
    return read_article(Page(url, url, 200, {}, text.encode(), NOW), title=hint)


def day_of(read: Article) -> date | None:
    return read.published.day if read.published else None


def meta(**values: str) -> str:
    return "".join(f'<meta name="{name}" content="{value}">' for name, value in values.items())


PRINTED = {
    "发布时间": "<p>发布时间：2026-11-02 09:30</p>",
    "发布日期": "<p>发布日期: 2026年11月02日</p>",
    "blanks inside the label": "<p>发 布 时 间：2026/11/02</p>",
    "时间 with blanks": "<span>时间 : 2026-11-02 17:44:01</span>",
    "日期": "<p>来源：区应急局 日期：2026-11-02</p>",
    "brackets": "<p>【时间：2026年11月02日 16:35】 【来源：区应急局】</p>",
    "no blank behind": "<p>【信息发布时间：2026-11-02阅读次数：12】</p>",
    "label and value in two elements": "<span>发布时间：</span><em>2026-11-02</em>",
    "label and value in two cells": "<table><tr><td>发布日期</td><td>2026-11-02</td><td>来源</td><td>区应急局</td></tr></table>",
    "160 blanks": "<p>发布时间：" + "&nbsp;" * 160 + "2026-11-02</p>",
    "ratio sign as colon": "<p>发布时间∶2026-11-02 09∶30</p>",
    "full-width digits": "<p>发布时间：２０２６-１１-０２</p>",
    "no label": "<p>2026-11-02 09:30</p>",
    "no label, origin beside": "<div>2026-11-02 09:30 &nbsp; 来源：区应急局 浏览：32</div>",
    "origin before": "<div>来源：区应急局 2026-11-02 09:30 字体：大 中 小</div>",
    "origin glued on": "<div>2026年11月02日 来源:区应急局 作者:张三</div>",
    "own tag": "<publishtime>2026-11-02 10:22</publishtime>",
    "更新时间 only": "<p>更新时间：2026-11-02</p>",
    "发布于": "<p>本文发布于 2026-11-02</p>",
    "signing date before": "<p>成文日期：2026-10-20 发布日期：2026-11-02</p>",
    "生成日期 before": "<table><tr><td>生成日期：2026-10-20</td><td>发布日期：2026-11-02</td></tr></table>",
    "施行 after": "<p>发布日期：2026-11-02 实施日期：2026-11-20 有效期至：2028-11-02</p>",
}


@pytest.mark.parametrize("info", PRINTED.values(), ids=PRINTED.keys())
def test_the_printed_date_is_found(info: str) -> None:
    read = article(info)
    assert read.outcome is Outcome.READ
    assert day_of(read) == DAY
    assert read.published is not None
    assert read.published.raw


SCRIPTS = {
    "variable": "<script>var pubdata='2026年11月02日'; document.write(pubdata);</script>",
    "object": "<script>var doc={'docId':118,'publishTime':'2026-11-02 09:30:00'}</script>",
    "linked data": '<script type="application/ld+json">{"@type":"Article","datePublished":"2026-11-02T09:30:00+08:00"}</script>',
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_date_that_only_a_script_holds_is_found(script: str) -> None:
    read = article("<p>发布时间：<script>document.write(pubdata)</script></p>", script=script)
    assert day_of(read) == DAY
    assert read.published is not None
    assert read.published.place == "script"


WRITTEN = {
    "written into the line": '<p>发布时间：<script>document.write("2026-11-02 10:17".substring(0,10));</script></p>',
    "put into an element": "<p>发布时间：<b id='d'></b></p><script>$('#d').html('2026年11月02日');</script>",
}


@pytest.mark.parametrize("info", WRITTEN.values(), ids=WRITTEN.keys())
def test_the_only_day_that_the_scripts_write_is_taken(info: str) -> None:
    read = article(info)
    assert day_of(read) == DAY
    assert read.published is not None
    assert read.published.place == "script"


def test_two_days_in_the_scripts_prove_nothing() -> None:
    script = "<script>var a=['2026-11-02','2026-11-09'];</script>"
    assert (
        article("<p>发布时间：</p>", script=script, body="<p>会议召开。</p>").outcome
        is Outcome.UNREADABLE
    )


@pytest.mark.parametrize(
    "field",
    [
        '<input type="hidden" id="pubDate" value="2026-11-02 10:00">',
        '<time datetime="2026-11-02"></time>',
    ],
)
def test_a_hidden_field_is_better_than_nothing(field: str) -> None:
    read = article("", script=field)
    assert day_of(read) == DAY
    assert read.published is not None
    assert read.published.place == "attr"


def test_without_a_findable_title_one_line_of_date_and_origin_is_enough_and_two_days_are_not() -> (
    None
):
    line = "<div>2026年11月02日 09:52 责编：宣传科 点击：</div>"
    for lines, day in ((line, DAY), (line + line.replace("02日", "05日"), None)):
        text = f"<html><head><title>示例区人民政府</title></head><body><ul>{NAV}</ul><div>{TITLE}</div>{lines}{BODY}</body></html>"
        assert day_of(read_article(Page(URL, URL, 200, {}, text.encode(), NOW))) == day


def test_a_date_beside_the_title_says_that_it_has_no_label() -> None:
    read = article("<p>2026-11-02 09:30</p>")
    assert read.published is not None
    assert read.published.why == "beside the title, without a label"


@pytest.mark.parametrize("tagged", ["2026-10-12 10:17", "2026-11-09 10:17"])
def test_what_a_citizen_reads_goes_before_the_meta_tag_and_disagreement_is_kept(
    tagged: str,
) -> None:
    read = article("<p>发布时间：2026-11-02</p>", metas=meta(PubDate=tagged))
    assert day_of(read) == DAY
    assert read.published is not None
    assert read.published.place == "label"
    assert [(other.day, other.place) for other in read.others] == [
        (date.fromisoformat(tagged[:10]), "meta")
    ]


@pytest.mark.parametrize(
    "line", ["日期：2026-11-02 来源：区应急管理局", "2026-11-02 来源：区应急管理局"]
)
def test_a_later_meta_tag_is_a_new_print_of_an_old_article(line: str) -> None:
    assert day_of(article(f"<p>{line}</p>", metas=meta(PubDate="2026-11-09 10:17"))) == DAY


def test_situation_31_the_moment_of_generation_is_no_date() -> None:
    made = '<meta name="others" content="页面生成时间 2026-11-09 10:16:14">'
    tagged = meta(PubDate="2026-11-09 10:16:14") + made
    assert day_of(article("<p>发布时间：2026-11-02</p>", metas=tagged)) == DAY
    read = article("", metas=tagged)
    assert (read.published, read.reason) == (None, "no_dates")
    assert any("generated" in refused.why for refused in read.refused)


def test_the_time_of_an_event_is_no_publication() -> None:
    event = "<p>时间：2026年11月20日（周五）下午3:00　地点：一号楼</p>"
    assert day_of(article(f"<p>2026-11-02　来源：宣传部</p>{event}")) == DAY
    assert day_of(article("<p>时间：2026-11-20 下午3:00</p><p>地点：一号楼</p>")) != date(
        2026, 11, 20
    )


def test_the_salutation_under_an_empty_origin_is_no_office() -> None:
    assert (
        article("<p>发布时间：2026-11-02　来源：</p><p>各位同学：请按时参加。</p>").origin is None
    )
    table = "<table><tr><td>来源：</td><td>区应急管理局</td></tr></table>"
    assert article(f"<p>发布时间：2026-11-02</p>{table}").origin == "区应急管理局"


def test_situation_34_the_sites_own_name_under_an_empty_content_source_is_nobodys_word() -> None:
    printed = "<p>时间：2026-11-02</p><p>来源：样例区人民政府</p>"
    site = meta(SiteName="样例区人民政府")
    assert article(printed, metas=site + meta(ContentSource="")).origin is None
    assert article(printed, metas=site).origin == "样例区人民政府"
    other = printed.replace("样例区人民政府", "区财政局")
    assert article(other, metas=site + meta(ContentSource="")).origin == "区财政局"


def test_meta_attributes_may_stand_in_any_order_and_case() -> None:
    assert day_of(article(metas='<META content="2026-11-02" NAME="pubdate">')) == DAY


def test_a_ratio_sign_in_the_meta_time_is_a_colon() -> None:
    read = article(metas=meta(PubDate="2026-11-02 15∶04"))
    assert read.published is not None
    assert read.published.moment == datetime(2026, 11, 2, 15, 4, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "value", ["", "null", "undefined", "0000-00-00", "1970-01-01 08:00", "2027-05-01"]
)
def test_a_meta_tag_that_says_nothing_gives_way_to_print(value: str) -> None:
    read = article("<p>发布时间：2026-11-02</p>", metas=meta(PubDate=value))
    assert day_of(read) == DAY
    assert read.published is not None
    assert read.published.place == "label"


def test_an_impossible_meta_date_is_kept_as_refused() -> None:
    read = article("<p>发布时间：2026-11-02</p>", metas=meta(PubDate="2031-01-01"))
    assert [refused.text for refused in read.refused] == ["2031-01-01"]


def test_of_two_meta_tags_the_first_believable_one_counts() -> None:
    read = article(
        metas=meta(PubDate="null") + meta(pubdate="2026-11-02") + meta(PUBDATE="2026-11-09")
    )
    assert day_of(read) == DAY
    assert [other.day for other in read.others] == [date(2026, 11, 9)]


def test_a_twelve_hour_clock_is_mended_by_the_printed_time() -> None:
    read = article("<p>发布时间：2026-11-02 13:59</p>", metas=meta(PubDate="2026-11-02 01:59"))
    assert read.published is not None
    assert read.published.moment == datetime(2026, 11, 2, 13, 59, tzinfo=SHANGHAI)
    assert "12-hour" in read.published.why
    assert [other.moment for other in read.others] == [
        datetime(2026, 11, 2, 1, 59, tzinfo=SHANGHAI)
    ]


def test_a_twelve_hour_clock_without_another_print_keeps_both_readings() -> None:
    read = article(metas=meta(PubDate="2026-11-02 01:59"))
    assert read.published is not None
    assert "01:59 may be 13:59" in read.published.why
    assert [other.moment for other in read.others] == [
        datetime(2026, 11, 2, 13, 59, tzinfo=SHANGHAI)
    ]
    assert {other.day for other in read.others} == {DAY}


def test_a_printed_time_fills_a_meta_tag_without_one() -> None:
    read = article("<p>发布时间：2026-11-02 13:59</p>", metas=meta(PubDate="2026-11-02 00:00:00"))
    assert read.published is not None
    assert read.published.place == "meta"
    assert read.published.moment == datetime(2026, 11, 2, 13, 59, tzinfo=SHANGHAI)


def test_midnight_alone_is_no_time_of_day() -> None:
    read = article(metas=meta(PubDate="2026-11-02 00:00:00"))
    assert read.published is not None
    assert read.published.moment is None


def test_the_date_in_the_page_head_is_not_the_articles() -> None:
    read = article(
        "<p>发布时间：2026-11-02</p>",
        above="<div>今天是：2026年11月22日 星期日</div><p>页面生成时间：2026-11-20</p>",
    )
    assert day_of(read) == DAY
    assert read.others == ()


def test_a_clock_in_the_page_head_alone_is_refused() -> None:
    read = article(
        "", above="<div>今天：2026年11月22日 星期日</div>", body="<p>会议召开。</p>" * 30
    )
    assert day_of(read) != date(2026, 11, 22)


def test_related_articles_below_do_not_decide() -> None:
    below = "<ul><li><a href='/x'>相关新闻</a>发布时间：2026-11-20</li></ul>"
    assert day_of(article("<p>发布时间：2026-11-02</p>", below=below)) == DAY


def test_an_index_table_above_the_title_counts() -> None:
    table = "<table><tr><td>索引号：X-118</td><td>成文日期：2026-10-10</td></tr><tr><td>发布机构：区应急局</td><td>发布日期：2026-11-02</td></tr></table>"
    read = article("", above=table)
    assert day_of(read) == DAY
    assert read.origin == "区应急局"


def test_a_signing_date_is_never_the_publication_date() -> None:
    read = article("<p>成文日期：2026年10月20日</p>", below="")
    assert day_of(read) not in (date(2026, 10, 20),)


def test_the_address_only_checks() -> None:
    url = "http://portal.example.org/gzdt/202611/t20261109_118.html"
    read = article("<p>发布时间：2026-11-02</p>", url=url)
    assert day_of(read) == DAY
    assert [(other.day, other.place) for other in read.others] == [(date(2026, 11, 9), "url")]


def test_an_address_alone_is_no_proof() -> None:
    url = "http://portal.example.org/gzdt/202611/t20261109_118.html"
    text = f"<html><head><title>{TITLE}</title></head><body><ul>{NAV}</ul><h1>{TITLE}</h1><p>会议召开。</p></body></html>"
    read = read_article(Page(url, url, 200, {}, text.encode(), NOW))
    assert (read.outcome, read.reason, read.published) == (Outcome.UNREADABLE, "no_dates", None)


ORIGINS = {
    "来源": ("<p>来源：区应急管理局 发布时间：2026-11-02</p>", "区应急管理局"),
    "信息来源": ("<p>发布时间：2026-11-02 信息来源： 区应急管理局 浏览次数：3</p>", "区应急管理局"),
    "glued to the next label": ("<p>来源：区应急管理局作者：张三</p>", "区应急管理局"),
    "a link": ("<p>来源：<a href='http://x.example.org'>示例日报</a></p>", "示例日报"),
    "发布机构 in two cells": (
        "<table><tr><td>发布机构：</td><td>区应急管理局</td></tr></table>",
        "区应急管理局",
    ),
    "an office as 责编": ("<p>2026-11-02 责编：宣传科 点击：</p>", "宣传科"),
    "a person as 责编": ("<p>2026-11-02 责编：张三</p>", None),
    "empty label": ("<p>来源： 发布时间：2026-11-02</p>", None),
    "empty label before another": ("<p>来源：作者：张三</p>", None),
    "only a number": ("<p>来源：123</p>", None),
}


@pytest.mark.parametrize(("info", "origin"), ORIGINS.values(), ids=ORIGINS.keys())
def test_the_origin_is_read_as_printed(info: str, origin: str | None) -> None:
    assert article(info).origin == origin


def test_the_meta_origin_comes_first_and_null_is_none() -> None:
    assert (
        article("<p>来源：示例日报</p>", metas=meta(ContentSource="区应急管理局")).origin
        == "区应急管理局"
    )
    assert article("<p>来源：示例日报</p>", metas=meta(ContentSource="null")).origin == "示例日报"


COLUMNS = {
    "meta": ("", meta(ColumnName="工作动态"), "工作动态"),
    "meta with the site's name": (
        "",
        meta(SiteName="示例区人民政府", ColumnName="示例区人民政府-工作动态"),
        "工作动态",
    ),
    "breadcrumb": (
        "<p>当前位置：<a>首页</a> &gt; <a>政务公开</a> &gt; <a>工作动态</a> &gt; 正文</p>",
        "",
        "工作动态",
    ),
    "breadcrumb in pieces": (
        "<div>您现在的位置：</div><ul><li>首页</li><li>政务公开</li><li>工作动态</li></ul>",
        "",
        "工作动态",
    ),
    "breadcrumb without a label": (
        "<div><a>首页</a> » <a>工作动态</a> » 正文</div>",
        "",
        "工作动态",
    ),
    "none": ("", "", None),
}


@pytest.mark.parametrize(("above", "metas", "column"), COLUMNS.values(), ids=COLUMNS.keys())
def test_the_column_is_read(above: str, metas: str, column: str | None) -> None:
    assert article("<p>发布时间：2026-11-02</p>", above=above, metas=metas).column == column


def test_the_title_comes_from_the_meta_tag_or_the_heading() -> None:
    assert article(metas=meta(ArticleTitle="另一个题目")).title == "另一个题目"
    assert article().title == TITLE


def test_a_cut_title_of_the_list_is_completed_from_the_page() -> None:
    text = f"<html><head><title>示例区人民政府</title></head><body><ul>{NAV}</ul><div>{TITLE}</div>{BODY}</body></html>"
    page = Page(URL, URL, 200, {}, text.encode(), NOW)
    assert read_article(page, title=TITLE[:8] + "...").title == TITLE


def test_a_wall_is_not_an_article() -> None:
    page = Page(URL, URL, 412, {}, b"", NOW)
    read = read_article(page, title="公告")
    assert (read.outcome, read.reason, read.published) == (Outcome.BLOCKED, "challenge", None)


def test_htmldate_is_the_last_step_and_says_so() -> None:
    text = (
        f"<html><head><title>{TITLE}</title></head><body><ul>{NAV}</ul><h1>{TITLE}</h1>{BODY}"
        '<footer><abbr class="published" title="2026-11-02T10:00:00">三周前</abbr></footer></body></html>'
    )
    read = read_article(Page(URL, URL, 200, {}, text.encode(), NOW))
    assert day_of(read) == DAY
    assert read.published is not None
    assert read.published.place == "htmldate"


def test_a_page_of_today_is_not_in_the_future_and_one_of_next_week_is() -> None:
    tomorrow, next_week = date(2026, 11, 24), date(2026, 11, 30)
    assert day_of(article(f"<p>发布时间：{tomorrow}</p>")) == tomorrow
    assert day_of(article(f"<p>发布时间：{next_week}</p>")) != next_week


@given(
    st.dates(date(1995, 1, 1), date(2026, 11, 23)),
    st.sampled_from(["发布时间", "发布日期", "时间"]),
    st.sampled_from("-/."),
)
def test_any_printed_day_since_1995_comes_back(day: date, label: str, mark: str) -> None:
    read = article(
        f"<p>{label}：{day.year}{mark}{day.month:02d}{mark}{day.day:02d} 来源：区应急局</p>"
    )
    assert day_of(read) == day


@given(st.datetimes(datetime(2000, 1, 1), datetime(2026, 11, 22)))  # noqa: DTZ001 (bounds must be naive)
def test_meta_and_print_never_move_the_day(moment: datetime) -> None:
    twelve = moment - timedelta(hours=12) if moment.hour > 12 else moment
    read = article(
        f"<p>发布时间：{moment:%Y-%m-%d %H:%M}</p>", metas=meta(PubDate=f"{twelve:%Y-%m-%d %H:%M}")
    )
    assert day_of(read) == moment.date()
