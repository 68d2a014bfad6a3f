"""The page behind a finding is kept, can be shown after it changed, and is forgotten when its time
is over."""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image
from sqlalchemy import insert, select, update
from warcio.archiveiterator import ArchiveIterator

from crawler.doors.plan import Desk
from crawler.doors.recheck import recheck
from crawler.model import SHANGHAI, Deed, Page
from crawler.net.browser import lacking
from crawler.walking.copies import PageCopyRow, PageShotRow, copies_of, keep_copies
from monitor.__main__ import attach, cli
from monitor.night import jobs
from monitor.office import Office
from monitor.record.chain import AuditRow
from monitor.record.check import verify
from monitor.record.tables import FindingRow
from monitor.rectify.orders import Terms, issue, one
from monitor.rectify.preserving import preserve
from monitor.rectify.proof import NoProof, forget, proof_of, to_html, to_warc
from monitor.rectify.replies import Enclosed, replies, reply
from monitor.settings.proof import ProofSettings
from tests.conftest import Store
from tests.support.district import Clock, Town, served, town
from tests.support.outbox_store import NOW, open_finding, rows, seed

CHROMIUM = "/usr/bin/chromium"
needs_chromium = pytest.mark.skipif(
    bool(lacking(CHROMIUM)),
    reason=f"NOT TESTED: pictures of pages. {lacking(CHROMIUM, '截图需要浏览器')}",
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    clock = Clock()
    with served(tmp_path, clock) as sample, town(tmp_path, sample, clock) as made:
        yield made


def test_a_night_keeps_the_page_of_the_accused_and_of_nobody_else(place: Town) -> None:
    place.night()
    with place.office.reader.connect() as c:
        assert c.execute(select(PageCopyRow.outlet_id)).scalars().all() == ["old"]
        finding = c.execute(select(FindingRow).where(FindingRow.subject == "outlet:old")).one()
        proof = proof_of(c, finding.number)
    assert proof.page.sound
    assert "脱贫攻坚" in proof.page.body.decode("utf-8")
    assert proof.newest["raw"].encode() in proof.page.body


def test_the_page_that_convicts_is_on_the_record_by_its_hash(place: Town) -> None:
    place.night()
    with place.office.reader.connect() as c:
        link = c.execute(select(AuditRow).where(AuditRow.what == "page_kept")).one()
        number = c.execute(
            select(FindingRow.number).where(FindingRow.subject == "outlet:old")
        ).scalar_one()
        proof = proof_of(c, number)
        assert verify(c).broken == ""
    assert json.loads(link.data)["sha256"] == proof.page.hash
    assert proof.recorded
    # Page and hash forged together: the copy is sound in itself, and the record does not know it.
    body = proof.page.body.replace("脱贫攻坚".encode(), "乡村振兴".encode())
    with place.office.engine.begin() as c:
        forged = {"body": zlib.compress(body), "hash": hashlib.sha256(body).hexdigest()}
        c.execute(update(PageCopyRow).values(forged))
    with place.office.reader.connect() as c:
        found = proof_of(c, number)
    assert (found.page.sound, found.recorded) == (True, False)


def photographed(place: Town, **crawl: object) -> Office:
    """The town's office with screenshots on, after a look at the late column."""
    settings = place.office.settings
    proof = settings.monitor.proof.model_copy(update={"screenshots": True})
    monitor = replace(settings.monitor, proof=proof)
    changed = replace(settings, monitor=monitor, crawl=settings.crawl.model_copy(update=crawl))
    office = replace(place.office, settings=changed)
    preserve(office, place.clock, ["old"])
    return office


@needs_chromium
def test_the_page_that_convicts_is_photographed_where_the_office_wants_it(
    place: Town, tmp_path: Path
) -> None:
    place.night()
    with place.office.reader.connect() as c:
        number = c.execute(
            select(FindingRow.number).where(FindingRow.subject == "outlet:old")
        ).scalar_one()
        assert proof_of(c, number).shot is None, "off by default"
    photographed(place)
    with place.office.reader.connect() as c:
        proof = proof_of(c, number)
        links = c.execute(select(AuditRow.data).where(AuditRow.what == "page_shot")).scalars().all()
    assert proof.shot is not None
    assert proof.shot.sound
    picture = Image.open(io.BytesIO(proof.shot.picture))
    assert (picture.format, picture.width) == ("PNG", 1280)
    assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 10, "something is drawn"
    assert [json.loads(data)["sha256"] for data in links] == [proof.shot.sha256]
    kinds = [
        r.rec_headers.get_header("Content-Type")
        for r in ArchiveIterator(io.BytesIO(to_warc(proof, NOW)))
    ]
    assert "image/png" in kinds
    out = tmp_path / "截图.png"
    attach()
    words = ["proof", number, "--out", str(out), "--config", str(place.config)]
    assert CliRunner().invoke(cli, words, standalone_mode=False).return_value == 0
    assert out.read_bytes() == proof.shot.picture
    photographed(place)  # each copy is tried once
    with place.office.reader.connect() as c:
        assert len(c.execute(select(PageShotRow)).all()) == 1


def test_without_a_browser_the_night_goes_on_and_the_proof_says_why(
    place: Town, tmp_path: Path
) -> None:
    place.night()
    photographed(place, chromium=str(tmp_path / "none"))
    with place.office.reader.connect() as c:
        number = c.execute(
            select(FindingRow.number).where(FindingRow.subject == "outlet:old")
        ).scalar_one()
        assert proof_of(c, number).shot is None
        assert c.execute(select(PageShotRow)).all() == []
    attach()
    words = ["proof", number, "--out", str(tmp_path / "x.png"), "--config", str(place.config)]
    said = CliRunner().invoke(cli, words, standalone_mode=False)
    assert "这个问题没有截图" in str(said.exception)


def test_a_picture_goes_with_its_copy(store: Store) -> None:
    seed(store)
    page = Page("http://x/", "http://x/", 200, {"content-type": "text/html"}, b"<p>x</p>", NOW)
    with store.engine.begin() as c:
        keep_copies(c, [("zlaq", page)])
        c.execute(insert(PageShotRow).values(copy_id=1, moment=NOW, sha256="", picture=b"png"))
        assert forget(c, NOW + timedelta(days=800), ProofSettings()) == 1
        assert c.execute(select(PageShotRow)).all() == []


def test_a_reply_is_settled_by_what_the_page_shows_and_the_new_page_is_kept_too(
    place: Town,
) -> None:
    place.night()
    office, settings = place.office, place.office.settings.monitor
    with office.engine.begin() as c:
        number = c.execute(
            select(FindingRow.number).where(FindingRow.subject == "outlet:old")
        ).scalar_one()
        order = issue(
            c,
            number,
            deed=Deed("办公室", place.clock()),
            terms=Terms(settings.alerts.letters, settings.orders),
        )

    def done() -> None:
        place.clock.forward(hours=1)
        with office.engine.begin() as c:
            reply(
                c,
                order.number,
                deed=Deed("联系人", place.clock(), "已更新", unit="mzj"),
                settings=settings.orders,
                enclosed=Enclosed(office.settings.folder / "files"),
            )
        place.clock.forward(minutes=1)
        jobs.recheck(office, place.clock, ["old"])

    def state() -> tuple[str, list[str]]:
        with office.reader.connect() as c:
            found = one(c, order.number)
            return found.state, [r.result for r in replies(c, found.id)]

    done()
    assert state() == ("issued", ["unproved"])
    place.sample.portal.publish("old", "【样例】帮扶进展", "民政局", place.clock())
    done()
    assert state() == ("closed", ["unproved", "proved"])
    with office.reader.connect() as c:
        proof = proof_of(c, number)
    assert "帮扶进展" not in proof.page.body.decode("utf-8")
    assert ["帮扶进展" in page.body.decode("utf-8") for page in proof.later] == [True]


def test_the_pages_of_an_account_are_what_its_probes_brought(place: Town) -> None:
    place.night()
    ids = ["wb", "wx"]
    recheck(
        Desk(place.office.engine, place.office.reader, place.office.settings.crawl, place.clock),
        ids,
        keep=ids,
    )
    with place.office.reader.connect() as c:
        kept = {name: copies_of(c, name) for name in ids}
    assert all(one.sound and one.status == 200 for copies in kept.values() for one in copies)
    assert {name: bool(copies) for name, copies in kept.items()} == {"wb": True, "wx": True}


BODY = '<html><head><meta charset="gb2312"><title>质量安全</title></head><body onload="x()">[2019-04-12]</body>'


def page(body: bytes, at: datetime) -> Page:
    headers = {"content-type": "text/html", "content-encoding": "gzip", "x-odd": "a\r\nb"}
    return Page(
        "http://p.example.org/z/", "http://p.example.org/z/index.html", 200, headers, body, at
    )


def kept(store: Store, *pages: Page) -> None:
    with store.engine.begin() as c:
        keep_copies(c, [("zlaq", one) for one in pages])


def proved(store: Store, tmp: str = "2020-0001") -> bytes:
    with store.reader.connect() as c:
        return to_warc(proof_of(c, tmp), NOW)


def test_a_warc_holds_the_page_its_hash_and_what_was_found(store: Store) -> None:
    seed(store, ("jsj",))  # opened five days before NOW
    opened = NOW - timedelta(days=5)
    old, new = BODY.encode("gb18030"), BODY.replace("2019-04-12", "2020-07-19").encode("gb18030")
    kept(store, page(old, opened - timedelta(hours=1)), page(new, NOW))
    records = {}
    for record in ArchiveIterator(io.BytesIO(proved(store))):
        body = record.content_stream().read()
        records[record.rec_type, record.rec_headers.get_header("WARC-Date")] = (record, body)
    (_, first), (_, second) = (v for k, v in records.items() if k[0] == "response")
    assert (first, second) == (old, new)
    record = next(v[0] for k, v in records.items() if k[0] == "response")
    assert record.rec_headers.get_header("WARC-Target-URI") == "http://p.example.org/z/index.html"
    assert record.http_headers.get_header("x-archive-orig-content-encoding") == "gzip"
    assert record.http_headers.get_header("content-encoding") is None
    assert record.http_headers.get_header("x-odd") == "a b"
    said = json.loads(next(v[1] for k, v in records.items() if k[0] == "metadata"))
    assert (said["finding"], [one["sound"] for one in said["pages"]]) == ("2020-0001", [True, True])


def test_the_html_shows_the_old_page_in_its_own_encoding_with_dead_scripts(store: Store) -> None:
    seed(store, ("jsj",))
    kept(store, page(BODY.encode("gb18030"), NOW - timedelta(days=5, hours=1)))
    with store.reader.connect() as c:
        shown = to_html(proof_of(c, "2020-0001")).decode("gb18030")
    assert "default-src &#39;none&#39;" in shown or "default-src 'none'" in shown
    assert '<base href="http://p.example.org/z/index.html">' in shown
    assert "质量安全</title>" in shown
    assert shown.index("<body") < shown.index("SHA-256") < shown.index("[2019-04-12]")
    assert shown.index("charset") < 1000


def test_what_cannot_be_shown_is_said_in_one_sentence(store: Store) -> None:
    seed(store, ("jsj",))
    with store.engine.begin() as c:
        for number, words in (("2020-0001", "没有网页存档"), ("77", "没有编号为 77")):
            with pytest.raises(NoProof, match=words):
                proof_of(c, number)
        c.execute(update(FindingRow).values(subject="unit:jsj"))
        with pytest.raises(NoProof, match="没有单独的网页"):
            proof_of(c, "2020-0001")


def test_the_same_page_is_kept_once_and_a_changed_copy_is_known(store: Store) -> None:
    seed(store, ("jsj",))
    body = BODY.encode("gb18030")
    kept(store, page(body, NOW), page(body, NOW + timedelta(days=1)))
    (row,) = rows(store, PageCopyRow)
    assert (row.moment, row.last) == (NOW, NOW + timedelta(days=1))
    with store.engine.begin() as c:
        c.execute(update(PageCopyRow).values(body=b"not zlib"))
        (copy,) = copies_of(c, "zlaq")
    assert not copy.sound


def test_copies_are_forgotten_when_their_time_is_over_but_not_under_a_finding(store: Store) -> None:
    seed(store)
    number = open_finding(store, "jsj")
    kept(store, page(BODY.encode("gb18030"), NOW))
    much_later = datetime(2023, 7, 1, tzinfo=SHANGHAI)
    with store.engine.begin() as c:
        assert forget(c, much_later, ProofSettings()) == 0
        c.execute(
            update(FindingRow).where(FindingRow.id == number).values(closed=NOW + timedelta(days=9))
        )
        assert forget(c, NOW + timedelta(days=700), ProofSettings()) == 0
        assert forget(c, much_later, ProofSettings()) == 1
