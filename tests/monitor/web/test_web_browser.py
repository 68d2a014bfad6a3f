"""What people do in a real browser: look, filter, recheck, upload, answer, freeze; and what they
may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook

from monitor.access.roles import ROLES, Role
from monitor.record.links import load_keys, sign
from tests.support.web_browsing import PHONE, Ear, Show, needs_chromium, show

pytestmark = [pytest.mark.slow, needs_chromium]
HEAD = ["编号", "一级栏目", "栏目名称", "类别", "责任单位", "协同单位", "栏目网址", "更新要求"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    with show(tmp_path_factory.mktemp("browser")) as found:
        yield found


def tab_to(page: Any, selector: str, most: int = 80) -> None:
    """Press Tab until ``selector`` has the focus, and see that this can be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", selector
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_the_keyboard_alone_signs_in_filters_and_opens_a_late_column(stage: Show) -> None:
    with stage.page(None) as page:
        page.goto("/columns")
        assert "/login" in page.url
        page.keyboard.type(ROLES[Role.OFFICE].sample)
        page.keyboard.press("Tab")
        page.keyboard.type(stage.password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/columns")
        page.goto("/")
        tab_to(page, ".skip")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        tab_to(page, "a[href='/columns?value=stale']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/columns?value=stale")
        assert page.locator("#rows tbody tr").count() == 2
        tab_to(page, "#rows a[href='/outlets/old']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/outlets/old")
        tab_to(page, ".verdict summary")
        page.keyboard.press("Enter")
        assert page.locator(".verdict details[open] dl").count() == 1


@pytest.mark.parametrize("path", ["/", "/columns", "/outlets/old"])
def test_everything_that_can_be_used_is_reached_by_tab_with_a_visible_focus(
    stage: Show, path: str
) -> None:
    wanted = (
        "[...document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex=\"0\"]')]"
        ".filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && (!e.closest('details:not([open])') || e.matches('summary')))"
    )
    with stage.page(Role.OFFICE) as page:
        page.goto(path)
        page.evaluate(f"window.wanted = {wanted}; window.reached = new Set(); window.bare = []")
        for _ in range(page.evaluate("wanted.length") + 8):
            page.keyboard.press("Tab")
            page.evaluate(
                "() => { const e = document.activeElement; reached.add(e); if (e !== document.body &&"
                " getComputedStyle(e).outlineStyle === 'none') bare.push(e.outerHTML.slice(0, 120)); }"
            )
        missed = page.evaluate(
            "wanted.filter(e => !reached.has(e)).map(e => e.outerHTML.slice(0, 120))"
        )
        assert (missed, page.evaluate("bare")) == ([], [])


def test_the_menu_of_a_phone_opens_with_enter(stage: Show) -> None:
    with stage.page(Role.OFFICE, viewport=PHONE) as page:
        page.goto("/")
        assert not page.locator(".menu-fold a[href='/units']").is_visible()
        tab_to(page, ".menu-fold > summary")
        page.keyboard.press("Enter")
        assert page.locator(".menu-fold a[href='/units']").is_visible()


def test_a_filter_changes_the_rows_and_the_address_without_loading_the_page_anew(
    stage: Show,
) -> None:
    with stage.page(Role.OFFICE) as page:
        page.goto("/columns")
        everything = page.locator("#rows tbody tr").count()
        page.evaluate("window.same = true")
        page.select_option("[name=value]", "fresh")
        page.wait_for_url(lambda address: "value=fresh" in address)
        assert 0 < page.locator("#rows tbody tr").count() < everything
        assert page.evaluate("window.same") is True
        page.click("#rows thead a >> text=名称")
        page.wait_for_url(lambda address: "sort=name" in address)
        assert page.evaluate("window.same") is True


def test_a_recheck_in_the_page_stays_late_until_the_portal_has_a_post_and_then_turns_fresh(
    stage: Show,
) -> None:
    with stage.page(Role.OFFICE) as page:
        page.goto("/outlets/old")
        page.evaluate("window.same = true")
        page.click("text=立即复查")
        page.wait_for_selector("#recheck >> text=复查完成")
        assert page.locator("h1 .chip.stale").count() == 1
        stage.town.sample.portal.publish(
            "old", "关于巩固脱贫成果的通知", "样例日报", stage.town.clock.now
        )
        page.click("text=立即复查")
        page.wait_for_selector("h1 .chip.fresh")
        assert page.evaluate("window.same") is True
        assert page.locator("text=关于巩固脱贫成果的通知").count() > 0


def workbook(*rows: list[str]) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "栏目维护分工表"
    for row in (HEAD, *rows):
        sheet.append(row)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def upload(page: Any, data: bytes) -> None:
    page.goto("/catalogue")
    form = page.locator("form:has(input[value=columns])")
    file = {"name": "分工表.xlsx", "mimeType": "application/octet-stream", "buffer": data}
    form.locator("[type=file]").set_input_files(file)
    form.locator("button").click()


def test_a_workbook_is_shown_with_its_changes_before_it_is_entered(stage: Show) -> None:
    site = stage.town.sample.portal_url
    row = ["ghjh", "政务公开", "规划计划", "其他", "发改局", "民政局", f"{site}/bm/ghjh/", ""]
    with stage.page(Role.OFFICE) as page:
        upload(page, workbook(row))
        page.wait_for_selector("h1 >> text=核对变化")
        assert "规划计划" in page.inner_text("table.diff")
        assert page.request.get("/outlets/ghjh").status == 404
        page.click("text=写入台账")
        page.wait_for_selector("[role=status] >> text=新增 1")
        page.goto("/outlets/ghjh")
        assert "规划计划" in page.inner_text("h1")


def test_a_workbook_with_a_mistake_names_its_cell_and_enters_nothing(stage: Show) -> None:
    site = stage.town.sample.portal_url
    row = ["ghja", "政务公开", "规划方案", "其他", "没有这个局", "", f"{site}/bm/mzj/", ""]
    with stage.page(Role.OFFICE) as page:
        upload(page, workbook(row))
        page.wait_for_selector("text=处不合格")
        assert "E2" in page.inner_text("main")
        assert page.locator("text=写入台账").count() == 0


def test_an_order_is_issued_by_the_office_and_answered_by_the_unit_through_its_link(
    stage: Show,
) -> None:
    office, now = stage.town.office, stage.town.clock.now
    with stage.page(Role.OFFICE) as page:
        page.goto("/findings")
        page.click("tr:has-text('征地信息') a[href^='/findings/20']")
        page.click("form[action$='/order'] button")
        page.wait_for_selector("[role=status] >> text=已发整改")
        finding, unit = (
            page.url.partition("?")[0],
            page.get_attribute("dl.facts a[href^='/units/']", "href"),
        )
    assert unit
    key = sign(
        load_keys(office.settings.folder / "links.key"),
        unit.rpartition("/")[2],
        now + timedelta(days=9),
    )
    with stage.page(None, viewport=PHONE) as page:
        page.goto(f"{unit}?key={key}")
        form = page.locator("form[action*='/reply']").first
        form.locator("[name=text]").fill("已经更新，见附件。")
        proof = {"name": "截图.png", "mimeType": "image/png", "buffer": page.screenshot()}
        form.locator("[type=file]").set_input_files(proof)
        form.locator("[name=writer]").fill("样例填报人")
        form.locator("button").click()
        page.wait_for_selector(".reply >> text=已经更新，见附件。")
        other = next(one for one in ("fgj", "mzj", "gsz") if not unit.endswith(one))
        assert page.request.get(f"/units/{other}?key={key}").status == 403
        assert "/login" in page.request.get("/columns").url
    with stage.page(Role.OFFICE) as page:
        page.goto(finding)
        assert "样例填报人" in page.inner_text(".reply")
        with page.expect_download() as got:
            page.click(".reply a >> text=截图.png")
        assert Path(got.value.path()).read_bytes().startswith(b"\x89PNG")


def test_a_bulletin_is_drafted_frozen_and_taken_away(stage: Show) -> None:
    with stage.page(Role.OFFICE) as page:
        page.goto("/bulletins/2020-06")
        page.click("text=生成草稿")
        # Made in a process of its own; the page follows it by itself.
        page.wait_for_selector("button >> text=重新生成", timeout=90_000)
        assert "关于2020年6月全区" in page.inner_text(".paper")
    careful = Ear(stage.url, answer=True)
    with stage.page(Role.OFFICE, careful) as page:
        page.goto("/bulletins/2020-06")
        page.click("form[action$='/freeze'] button")
        page.click(".note.good a", timeout=90_000)
        page.wait_for_selector("h1 >> text=已封存")
        words = "\n".join(p.text for p in Document(taken(page, ".acts a >> text=Word")).paragraphs)
        assert "6月" in words
        assert load_workbook(taken(page, ".acts a >> text=Excel"), read_only=True).sheetnames
    assert (careful.wrong, careful.outside) == ([], [])
    assert [said[:8] for said in careful.asked] == ["封存以后不能再改"]


def taken(page: Any, selector: str) -> BytesIO:
    """The bytes of a file that a link gives."""
    with page.expect_download() as got:
        page.click(selector)
    return BytesIO(Path(got.value.path()).read_bytes())


@pytest.mark.parametrize(
    ("role", "path", "word"),
    [
        (Role.LEADER, "/catalogue", "台账"),
        (Role.LEADER, "/audit", "审计"),
        (Role.INSPECTOR, "/health", "运行"),
        (Role.AUDITOR, "/users", "用户"),
        (Role.UNIT, "/columns", "栏目"),
        (Role.UNIT, "/", "总览"),
        (Role.UNIT, "/units/mzj", "单位"),
    ],
)
def test_what_a_role_may_not_see_is_not_in_its_menu_and_its_address_is_refused_in_words(
    stage: Show, role: Role, path: str, word: str
) -> None:
    with stage.page(role, Ear(stage.url)) as page:
        page.goto("/me")
        assert word not in page.locator(".menu-wide a").all_inner_texts()
        refused = page.goto(path)
        assert refused.status == 403
        assert "您" in page.inner_text("main")
        # The way back is one that this role may take.
        page.click("text=回首页")
        assert page.locator("text=不能这样做").count() == 0


@pytest.mark.parametrize("role", [Role.LEADER, Role.INSPECTOR, Role.AUDITOR])
def test_who_only_reads_sees_no_form_on_a_finding_and_posting_by_hand_is_refused(
    stage: Show, role: Role
) -> None:
    with stage.page(role) as page:
        page.goto("/findings")
        page.goto(page.get_attribute("tr:has-text('征地信息') a[href^='/findings/20']", "href"))
        assert page.locator("main form").count() == 0
        word = page.get_attribute("[name=csrf]", "value")
        answer = page.request.post(
            f"{page.url}/order", form={"csrf": word}, headers={"Origin": stage.url}
        )
        assert answer.status == 403
        assert "不能" in answer.text()
