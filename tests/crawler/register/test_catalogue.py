"""config.yaml is refused with its place and what is allowed; nothing is half-read."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook

from crawler.config import BadConfig, crawl_config, load_yaml, store_url
from crawler.model import ColumnClass, OutletKind
from crawler.register.catalogue import Catalogue, read_catalogue
from tests.support.district import PROJECT

GOOD: dict[str, Any] = {
    "store": "sqlite:///var/gengxin.db",
    "crawler": {"contact": "office@example.org"},
    "catalogue": {
        "units": [
            {"id": "fgj", "short": "发改局", "full": "样例区发展和改革局", "group": "区直部门", "quota": 10},
            {"id": "mzj", "short": "民政局", "full": "样例区民政局", "group": "区直部门"},
        ],
        "sites": [{"id": "portal", "name": "样例区人民政府", "home": "http://www.example.gov.cn/"}],
        "columns": [
            {"id": "news", "name": "要闻", "url": "http://www.example.gov.cn/news/", "class": "news", "units": ["fgj"]},
            {"id": "bare", "name": "无址栏目"},
        ],
        "accounts": [
            {"id": "wb", "name": "样例发布", "platform": "weibo", "units": ["fgj"], "handle": {"uid": "59"}}
            | {"probes": [{"platform": "weibo", "handle": {"uid": "59"}}]},
        ],
    },
}  # fmt: skip


def read(data: dict[str, Any]) -> Catalogue:
    path = Path("some/config.yaml")
    return read_catalogue(data, path, crawl_config(data, path))


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    """The good file with one value changed (or added)."""
    data = copy.deepcopy(GOOD)
    place: Any = data
    for part in path[:-1]:
        place = place[part]
    if isinstance(place, list) and path[-1] == len(place):
        place.append(to)
    else:
        place[path[-1]] = to
    return data


def refused(data: dict[str, Any]) -> str:
    with pytest.raises(BadConfig) as caught:
        read(data)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("config.yaml: ")
    return message


def test_a_good_catalogue_is_read_whole() -> None:
    catalogue = read(GOOD)
    assert [unit.id for unit in catalogue.units] == ["fgj", "mzj"]
    news, bare, account = catalogue.outlets
    assert (news.cls, news.units, news.platform, news.site) == (
        ColumnClass.NEWS,
        ("fgj",),
        "portal",
        "portal",
    )
    assert (bare.url, bare.cls) == (None, ColumnClass.OTHER)
    assert (account.kind, account.probes[0].platform) == (OutletKind.ACCOUNT, "weibo")
    assert {"www.example.gov.cn", "weibo.com"} <= catalogue.hosts


def test_the_shipped_config_is_good() -> None:
    path = PROJECT / "config.yaml"
    data = load_yaml(path)
    catalogue = read_catalogue(data, path, crawl_config(data, path))
    assert len(catalogue.outlets) > 10
    assert len({outlet.id for outlet in catalogue.outlets}) == len(catalogue.outlets)


C = "catalogue"
WRONG: list[tuple[tuple[str | int, ...], Any, list[str]]] = [
    ((C, "colums"), [], ["catalogue: unknown key colums", "known: units, sites, columns"]),
    ((C, "columns", 0, "clas"), "news", ["catalogue.columns.0: unknown key clas", "class"]),
    ((C, "columns", 0, "class"), "gossip", ["columns.0.class", "news", "disclosure", "gossip"]),
    ((C, "columns", 0, "units"), ["nobody"], ["columns.0 (news).units: unknown unit nobody", "catalogue.units"]),
    ((C, "columns", 0, "site"), "elsewhere", ["columns.0 (news).site: unknown site elsewhere"]),
    ((C, "columns", 0, "floor"), -1, ["columns.0.floor", "greater than or equal to 0"]),
    ((C, "columns", 0, "level"), 0, ["columns.0.level"]),
    ((C, "columns", 0, "id"), "a b", ["columns.0.id"]),
    ((C, "columns", 0, "name"), "", ["columns.0.name"]),
    ((C, "columns", 0, "name"), None, ["columns.0.name"]),
    ((C, "columns", 0), {"id": "x"}, ["columns.0.name", "Field required"]),
    ((C, "columns", 1, "id"), "news", ["id news is given twice"]),
    ((C, "accounts", 0, "id"), "news", ["columns, accounts and canaries: id news is given twice"]),
    ((C, "units", 1, "id"), "fgj", ["units: id fgj is given twice"]),
    ((C, "sites", 1), GOOD[C]["sites"][0], ["sites: id portal is given twice"]),
    ((C, "sites"), [], ["catalogue.sites: name at least one portal"]),
    ((C, "units", 0, "quota"), -1, ["units.0.quota"]),
    ((C, "units", 0, "quota"), "ten", ["units.0.quota", "given: ten"]),
    ((C, "columns", 0, "url"), "ftp://www.example.gov.cn/", ["columns.0 (news).url", "allowed: http:// or https://"]),
    ((C, "columns", 0, "url"), "www.example.gov.cn/news/", ["columns.0 (news).url", "http:// or https://"]),
    ((C, "columns", 0, "url"), "javascript:alert(1)", ["columns.0 (news).url"]),
    ((C, "columns", 0, "url"), "file:///etc/passwd", ["columns.0 (news).url"]),
    ((C, "columns", 0, "url"), "http://10.0.0.1/", ["columns.0 (news).url", "private network", "public"]),
    ((C, "columns", 0, "url"), "http://127.0.0.1/", ["columns.0 (news).url", "this machine"]),
    ((C, "columns", 0, "url"), "http://localhost:8000/", ["columns.0 (news).url", "this machine"]),
    ((C, "columns", 0, "url"), "http://user:secret@www.example.gov.cn/", ["columns.0 (news).url"]),
    ((C, "sites", 0, "home"), "http://192.168.0.1/", ["sites.0 (portal).home"]),
    ((C, "sites", 0, "delay"), 0, ["sites.0.delay", "greater than 0"]),
    ((C, "sites", 0, "concurrency"), 99, ["sites.0.concurrency"]),
    ((C, "accounts", 0, "platform"), "myspace", ["accounts.0 (wb).platform: unknown platform myspace", "wechat"]),
    ((C, "accounts", 0, "state"), "asleep", ["accounts.0.state", "registered"]),
    ((C, "accounts", 0, "units"), ["nobody"], ["accounts.0 (wb).units: unknown unit nobody"]),
    ((C, "accounts", 0, "probes", 0, "platform"), "telepathy", ["probes.0.platform", "crawler/platforms/telepathy.py"]),
    ((C, "accounts", 0, "probes", 0, "platform"), "wechat_article", ["accounts.0 (wb).probes.0", "docs/platforms.md"]),
    (("crawler", "delay"), 0, ["crawler.delay", "greater than 0"]),
    (("crawler", "delay"), float("inf"), ["crawler.delay"]),
    (("crawler", "concurrency"), 1000, ["crawler.concurrency"]),
    (("crawler", "timeout"), -1, ["crawler.timeout"]),
    (("crawler", "max_size"), 1, ["crawler.max_size"]),
    (("crawler", "retries"), 99, ["crawler.retries"]),
    (("crawler", "backfill_from"), "2020-13-01", ["crawler.backfill_from", "given: 2020-13-01"]),
    (("crawler", "contact"), "", ["crawler.contact"]),
    (("crawler", "dealy"), 1, ["crawler: unknown key dealy", "known: ", "delay"]),
    (("crawler",), [1], ["crawler"]),
    ((C,), "text", ["catalogue"]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "said"), WRONG, ids=[f"{n} {w[1]}"[:40] for n, w in enumerate(WRONG)])  # fmt: skip
def test_what_is_wrong_is_refused_with_its_place(
    path: tuple[str | int, ...], value: Any, said: list[str]
) -> None:
    message = refused(changed(*path, to=value))
    for words in said:
        assert words in message


@pytest.mark.parametrize(
    "spelling", ["https://www.example.gov.cn/news", "http://www.example.gov.cn/news/#top"]
)
def test_two_columns_of_one_address_are_refused_with_both_ids(spelling: str) -> None:
    data = changed(C, "columns", 0, "url", to="http://www.example.gov.cn/news/")
    data[C]["columns"][1]["url"] = spelling
    said = refused(data)
    assert (
        f"{data[C]['columns'][0]['id']} and {data[C]['columns'][1]['id']} have one address" in said
    )


def test_a_list_behind_a_hash_is_refused_unless_a_browser_reads_it() -> None:
    data = changed(C, "columns", 0, "url", to="http://www.example.gov.cn/app#/list/1")
    data[C]["columns"][1]["url"] = "http://www.example.gov.cn/app#/list/2"
    assert "columns.0 (news).url" in refused(data)
    assert "render: browser" in refused(data)
    for column in data[C]["columns"][:2]:
        column["render"] = "browser"
    assert len({one.url for one in read(data).outlets[:2]}) == 2


def test_a_password_is_never_repeated() -> None:
    url = "http://user:secret@www.example.gov.cn/"
    assert "secret" not in refused(changed(C, "columns", 0, "url", to=url))


# The file itself


def loaded(path: Path) -> str:
    with pytest.raises(BadConfig) as caught:
        load_yaml(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


def test_broken_yaml_is_refused_with_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("store: x\ncrawler:\n  delay: [1, 2\ncatalogue: {}\n", "utf-8")
    assert "line 4, column 10" in loaded(path)
    path.write_text("crawler:\n\tdelay: 1\n", "utf-8")
    assert "line 2, column 1" in loaded(path)


def test_a_key_given_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("crawler:\n  delay: 1\n  delay: 2\n", "utf-8")
    assert "line 3, column 3: key delay is given twice" in loaded(path)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "# nothing\n", "null\n"])
def test_a_file_that_holds_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text, "utf-8")
    assert "top level must be a mapping" in loaded(path)


@pytest.mark.parametrize(
    "text",
    ["? [a, b]\n: 1\n", "? {a: 1}\n: 2\n", "a: *nowhere\n", "a: &x {<<: *x}\n", "a: !!python/object:os.system x\n", "a: b: c\n", "a: '\n", "a: 2020-13-45\n", "\x00"],
)  # fmt: skip
def test_yaml_that_cannot_be_read_is_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text, "utf-8")
    loaded(path)


def test_a_workbook_or_another_encoding_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    Workbook().save(path)
    assert "not a workbook" in loaded(path)
    path.write_bytes("store: 数据库\n".encode("gb18030"))
    assert "UTF-8" in loaded(path)


def test_a_missing_file_and_a_folder_say_what_to_do(tmp_path: Path) -> None:
    assert "no such file" in loaded(tmp_path / "none.yaml")
    assert "is a folder" in loaded(tmp_path)


def test_an_unknown_section_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("stroe: x\n", "utf-8")
    assert "unknown key stroe; known: store, crawler, catalogue, monitor" in loaded(path)


@pytest.mark.parametrize(
    "url", ["mysql://x/y", 7, "", "sqlite://", "/var/gengxin.db", "postgresql://u@h/n"]
)
def test_a_store_that_is_none_of_ours_is_refused(url: Any) -> None:
    with pytest.raises(
        BadConfig, match=r"store: .* allowed: sqlite:///FILE or postgresql\+psycopg://"
    ):
        store_url({"store": url}, Path("config.yaml"))


def test_a_relative_store_lies_beside_its_config(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(GOOD), "utf-8")
    assert store_url(load_yaml(path), path) == f"sqlite:///{tmp_path}/var/gengxin.db"
