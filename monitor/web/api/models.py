"""What the interface answers: plain data, every field told in Chinese and English."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from monitor.web.api.words import told

ValueWord = Literal["fresh", "due_soon", "stale", "blank", "unknown", "exempt"]
VALUE = "判定：fresh 正常，due_soon 即将超期，stale 超期，blank 空白，unknown 未知（看不到，不判），exempt 豁免"
VALUE_EN = "Verdict: fresh, due_soon, stale, blank, unknown (could not be seen, not judged), exempt"


class Answer(BaseModel):
    """Frozen, and nothing that is not described."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Refusal(Answer):
    detail: str = told("一句话：为什么不行，怎么办", "One sentence: why not, and what to do")


class Page(Answer):
    """A span of rows."""

    total: int = told("符合条件的总数", "How many match in all")
    limit: int = told("本次最多返回条数", "How many are returned at most")
    offset: int = told("从第几条之后开始", "How many were skipped")


class OutletLine(Answer):
    """One column or account."""

    id: str = told("编号", "Id")
    kind: str = told("column 栏目，account 账号", "column or account")
    name: str = told("名称", "Name")
    path: str = told("栏目位置", "Place in the portal")
    cls: str = told(
        "类别：news、notice、policy、other、disclosure",
        "Class: news, notice, policy, other, disclosure",
    )
    platform: str = told("平台", "Platform")
    url: str | None = told("网址", "Address")
    value: ValueWord = told(VALUE, VALUE_EN)
    sentence: str = told("判定的一句话；正常时为空", "The verdict's sentence; empty when fresh")
    cause: str = told("未知的原因", "Why it is unknown")
    newest: date | None = told("最新信息的日期", "Day of the newest post")
    days: int | None = told("距今天数", "Days since then")
    due: date | None = told("最迟应更新的日期", "Last day that still passes")
    looked: datetime | None = told("最近查看（包括没有看清的）", "Last look, whatever came of it")
    seen: datetime | None = told("最近一次看到内容", "Last look that saw something")
    since: datetime | None = told("当前判定从何时起", "Since when it stands so")
    units: list[str] = told("责任单位简称，第一个牵头", "Units that answer for it, the lead first")


class Outlets(Page):
    rows: list[OutletLine] = told("栏目或账号", "Columns or accounts")


class PostLine(Answer):
    """One post with the proof of its date."""

    id: int = told("编号", "Id")
    title: str = told("标题", "Title")
    url: str = told("网址", "Address")
    published: date | None = told("认定的发布日期", "Day it is believed to be published")
    raw: str = told("日期原文", "The date as printed")
    place: str = told("日期所在位置", "Where the date stands")
    why: str = told("为何采用这个日期", "Why this date was taken")
    origin: str | None = told("来源（原文）", "Origin as printed")
    others: list[Any] = told("不一致的其他日期", "Dates that disagree")
    page_hash: str = told("网页校验值", "Hash of the page")
    first_seen: datetime = told("首次看到", "First seen")
    last_seen: datetime = told("最近看到", "Last seen")


class Posts(Page):
    rows: list[PostLine] = told("信息，新的在前", "Posts, the newest first")


class VisitLine(Answer):
    """One look."""

    id: int = told("编号", "Id")
    moment: datetime = told("时间", "Moment")
    outcome: str = told(
        "结果：read、unchanged、empty、blocked、unreachable、unreadable",
        "Outcome: read, unchanged, empty, blocked, unreachable, unreadable",
    )
    evidence: str = told("证据类别", "What it proves")
    door: str = told("方式", "How it was done")
    probe: str = told("探测方式", "Probe")
    page_no: int = told("第几页", "Page number")
    reason: str = told("原因", "Reason")
    url: str = told("网址", "Address")
    status: int = told("HTTP 状态", "HTTP status")
    newest: date | None = told("看到的最新日期", "Newest day seen")
    newest_url: str = told("最新信息的网址", "Address of the newest post")
    dated: int = told("有日期的信息条数", "Posts with a date")
    page_hash: str = told("网页校验值", "Hash of the page")
    seconds: float = told("用时（秒）", "Seconds it took")


class Visits(Page):
    rows: list[VisitLine] = told("抓取记录，新的在前", "Looks, the newest first")


class Proof(Answer):
    """The post that a verdict rests on."""

    title: str = told("标题", "Title")
    url: str = told("网址", "Address")
    published: date | None = told("发布日期", "Day published")
    raw: str = told("日期原文", "The date as printed")
    place: str = told("日期所在位置", "Where the date stands")
    why: str = told("为何采用这个日期", "Why this date was taken")
    first_seen: datetime = told("首次看到", "First seen")


class VerdictLine(Answer):
    """The answer of one rule."""

    rule: str = told("规则", "Rule")
    period: str = told("所指的月份；不分月的为空", "Its month; empty where the rule knows none")
    value: ValueWord = told(VALUE, VALUE_EN)
    sentence: str = told("一句话", "Its sentence")
    clause: str = told("依据的条款", "The clause it rests on")
    cause: str = told("未知的原因", "Why it is unknown")
    due: date | None = told("最迟日期", "Last day that still passes")
    looked: datetime | None = told("所依据的最近一次查看", "The newest look it rests on")
    ours: bool = told("由我办处理，不归责任何单位", "Ours to mend, nobody is accused")


class Verdicts(Answer):
    """All verdicts of one outlet, judged now, with proof."""

    outlet: str = told("编号", "Id of the outlet")
    as_of: datetime = told("判定时刻", "Moment of the judgement")
    verdicts: list[VerdictLine] = told("各规则的判定", "The rules' verdicts")
    proofs: list[Proof] = told(
        "最新信息及其日期依据", "The newest posts and the proof of their dates"
    )


class UnitLine(Answer):
    """One unit."""

    id: str = told("编号", "Id")
    short: str = told("简称", "Short name")
    full: str = told("全称", "Full name")
    group: str = told("类别", "Group")
    quota: int | None = told("每月应发条数", "Posts asked for a month")


class Units(Answer):
    total: int = told("总数", "How many")
    rows: list[UnitLine] = told("单位", "Units")


class MonthLine(Answer):
    """What counted in one month."""

    month: str = told("月份，如 2020-07", "Month like 2020-07")
    posts: int | None = told("信息条数；没有看全为空", "Posts; empty where not all was seen")
    posts_at_least: int = told("看到的信息条数", "Posts that were seen")
    posts_at_most: int | None = told(
        "最多可能的条数；不能确定为空", "The most there can be; empty where nobody knows"
    )
    documents: int | None = told(
        "主动公开条数；没有看全为空", "Disclosure documents; empty where not all was seen"
    )
    documents_at_least: int = told("看到的主动公开条数", "Disclosure documents that were seen")
    documents_at_most: int | None = told(
        "最多可能的主动公开条数；不能确定为空",
        "The most documents there can be; empty where nobody knows",
    )
    gaps: list[str] = told("为什么没有看全", "Why not all was seen")
    as_of: datetime | None = told(
        "统计到何时；没有统计过为空", "Counted until; empty where it never was"
    )


class UnitCard(UnitLine):
    months: list[MonthLine] = told("近 13 个月", "The last 13 months")
    open_findings: int = told("未销号的问题", "Open findings")


class FindingLine(Answer):
    """One finding."""

    number: str = told("编号", "Number")
    rule: str = told("规则", "Rule")
    subject: str = told("对象，如 outlet:编号", "Subject, like outlet:ID")
    period: str = told("所指的月份", "Its month")
    name: str = told("对象名称", "Name of the subject")
    value: str = told("判定", "Verdict")
    sentence: str = told("一句话", "Its sentence")
    clause: str = told("依据的条款", "The clause it rests on")
    units: list[str] = told("责任单位编号", "Ids of the units that answer")
    due: date | None = told("最迟应更新的日期", "Last day that would have passed")
    ours: bool = told("由我办处理", "Ours to mend")
    opened: datetime = told("发现", "Opened")
    closed: datetime | None = told("销号", "Closed")
    ended: str = told("如何销号", "How it ended")
    recurrence: int = told("此前整改过几次（回潮）", "How often it was mended before")
    flapping: bool = told("近期反复出现", "Keeps coming and going")


class Findings(Page):
    rows: list[FindingLine] = told("问题，新的在前", "Findings, the newest first")


class OrderLine(Answer):
    """One order."""

    number: str = told("文号", "Number")
    finding: str = told("问题编号", "Number of its finding")
    rule: str = told("规则", "Rule")
    subject: str = told("对象", "Subject")
    name: str = told("对象名称", "Name of the subject")
    sentence: str = told("问题", "What is wrong")
    unit: str = told("牵头单位编号", "Id of the lead unit")
    units: list[str] = told("责任单位编号", "Ids of the units")
    issued: datetime = told("签发", "Issued")
    deadline: datetime = told("时限", "Deadline")
    state: str = told(
        "issued 待整改，replied 已反馈，closed 已销号，withdrawn 已撤回，moved 已移交",
        "issued, replied, closed, withdrawn or moved",
    )
    reopened: int = told("复查未通过次数", "Replies that the recheck did not bear out")
    closed: datetime | None = told("办结", "Ended")


class Orders(Page):
    rows: list[OrderLine] = told("整改通知，时限近的在前", "Orders, the nearest deadline first")


class KeptBulletin(Answer):
    """One frozen bulletin."""

    period: str = told("统计期，如 2020Q2", "Period like 2020Q2")
    printed: date = told("印发日期", "Day of print")
    file: str = told("封存文件名", "Name of the kept file")
    errata: int = told("更正条数", "Errata beside it")


class KeptBulletins(Answer):
    total: int = told("总数", "How many")
    rows: list[KeptBulletin] = told("已封存的通报，新的在前", "Frozen bulletins, the newest first")


class ErratumLine(Answer):
    """One erratum."""

    moment: datetime = told("更正时间", "Moment")
    subject: str = told("更正谁、哪一处", "What is corrected")
    text: str = told("更正内容", "The correction")
    by: str = told("更正人", "By whom")


class BulletinData(Answer):
    """A frozen bulletin's figures."""

    period: str = told("统计期", "Period")
    title: str = told("标题", "Title")
    printed: date = told("印发日期", "Day of print")
    sha256: str = told("封存校验值", "Hash of the kept file")
    figures: dict[str, Any] = told("正文的各个数字和名单", "The figures and lists of its text")
    errata: list[ErratumLine] = told("更正", "Errata")


class RecheckAsked(Answer):
    """What to look at again."""

    outlet: str = told(
        "栏目或账号编号", "Id of the outlet", min_length=1, max_length=64, pattern=r"^[\w.-]+$"
    )


class RecheckState(Answer):
    """A recheck as it stands."""

    id: int = told("编号", "Id")
    outlet: str = told("栏目或账号编号", "Id of the outlet")
    asked: datetime = told("请求时间", "Asked")
    state: str = told(
        "waiting 等待，running 进行中，done 完成，failed 没有完成",
        "waiting, running, done or failed",
    )
    result: dict[str, Any] = told("结果", "Result")


class NightLine(Answer):
    """One night."""

    id: int = told("编号", "Id")
    kind: str = told("nightly 夜间抓取，其他为复查等", "nightly, or a recheck and the like")
    started: datetime = told("开始", "Started")
    ended: datetime | None = told("结束；空为未跑完", "Ended; empty where it did not")
    planned: int = told("计划", "Planned")
    looked: int = told("问过的栏目和账号", "Outlets asked")
    unknown: int = told("其中没有看清的", "Of these, gave no answer that says anything")
    seen: int = told("看到的（问过的减去没有看清的）", "Seen: asked less unknown")
    new_posts: int = told("新信息", "New posts")
    note: str = told("备注", "Note")


class Nights(Page):
    rows: list[NightLine] = told("抓取，新的在前", "Runs, the newest first")


class ShareLine(Answer):
    """A part of what was judged; what was not judged is in neither number."""

    good: int = told("在期限内", "In time")
    judged: int = told("已判定", "Judged")
    unjudged: int = told("未判定", "Not judged")
    exempt: int = told("豁免", "Exempt")
    percent: float | None = told(
        "百分比；判定得太少时为空", "Percent of the judged; empty where too few were judged"
    )
    text: str = told("一句话", "In words")


class Overview(Answer):
    """Today's state in one answer."""

    as_of: datetime = told("时刻", "Moment")
    columns: dict[str, int] = told("栏目按判定", "Columns by verdict")
    accounts: dict[str, int] = told("账号按判定", "Accounts by verdict")
    columns_share: ShareLine = told("已判定的栏目中在期限内的", "Columns in time, of those judged")
    accounts_share: ShareLine = told(
        "已判定的账号中在期限内的", "Accounts in time, of those judged"
    )
    open_findings: int = told("未销号的问题", "Open findings")
    open_orders: int = told("未办结的整改通知", "Open orders")
    night: NightLine | None = told("最近一次夜间抓取", "The last night")


class Health(Answer):
    """Whether it runs."""

    status: Literal["ok", "attention"] = told("ok 正常，attention 需要处理", "ok, or attention")
    troubles: list[str] = told("需要处理的事，每条一句话", "What needs somebody, a sentence each")
    letters: dict[str, int] = told("通知按状态", "Letters by state")
    disk_free: int = told("数据盘剩余字节", "Bytes free where the data lies")
    version: str = told("程序版本", "Version")
    revision: str = told("数据库结构版本", "Revision of the store")
