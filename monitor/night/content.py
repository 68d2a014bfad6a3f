"""The content checks as a job: the office's lists read, one sweep, and what people ask of its
suspects."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event

from sqlalchemy import Connection, select

from crawler.checking.decisions import expire, faulty_posts, learned, make_due, urls_of
from crawler.checking.due import Errand
from crawler.checking.sweep import Sweep, Swept
from crawler.checks.model_words import Corrector, Unusable, load
from crawler.checks.page import Checked, check_page
from crawler.checks.page import Office as Lists
from crawler.checks.rules import FEW, LEAST_PRECISION, RULES, Rule, speaking
from crawler.checks.sensitive import BadList, WordFinder, WordList, read_list
from crawler.config import BadConfig
from crawler.doors.choice import legacy_hosts
from crawler.doors.recheck import HttpDoor
from crawler.model import Ask, Page
from crawler.net.resolver import Resolve, system_resolve
from crawler.store.content_tables import CheckedPostRow
from crawler.walking.hosts import host_key
from crawler.walking.known import allowed_hosts, host_manners
from monitor.judging.evaluate import Judgement, evaluate
from monitor.office import Office, counter

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule with what was learned of it: ``true`` of ``seen`` decided alarms, measured and the
    office's own."""

    rule: Rule
    true: int
    seen: int
    on: bool


def sweep(
    office: Office,
    clock: Clock,
    *,
    post: str | None = None,
    column: str | None = None,
    seconds: float | None = None,
    stop: Event | None = None,
    resolve: Resolve = system_resolve,
    on_progress: Callable[[Swept], None] = lambda swept: None,
) -> Swept:
    """Look at what is due, or at one post or column now. Dismissals that ran out are open again
    first.

    Raises ``BadConfig`` for a list of the office that cannot be read.
    """
    with office.engine.begin() as connection:
        expire(connection, clock())
    with office.reader.connect() as connection:
        hosts = allowed_hosts(connection)
        manners = host_manners(connection, [])
        lists = lists_of(office, connection, hosts)
    return Sweep(
        office.engine,
        office.reader,
        office.settings.crawl,
        clock,
        lists,
        hosts,
        manners,
        seconds,
        Errand(post, column),
        stop,
        resolve,
        on_progress,
    ).run()


def nightly_content(office: Office, clock: Clock, stop: Event | None = None) -> Swept:
    """The night's share: new posts first, then what is due of the stock, for
    ``crawler.content.night_seconds``."""
    return sweep(office, clock, seconds=office.settings.crawl.content.night_seconds, stop=stop)


def sweep_faults(
    office: Office, clock: Clock, outlets: Collection[str], resolve: Resolve = system_resolve
) -> int:
    """Look again at every post of these columns with a confirmed fault, and at what the fault is
    about; how many."""
    with office.engine.begin() as connection:
        posts = faulty_posts(connection, outlets)
        urls = urls_of(connection, posts)
        make_due(connection, posts, clock())
    for url in urls:
        sweep(office, clock, post=url, resolve=resolve)
    return len(urls)


def judge_columns(office: Office, now: datetime, outlets: Collection[str]) -> Judgement:
    """Judge these columns at once, findings recorded."""
    return evaluate(
        office.engine,
        office.settings.monitor,
        now,
        count=counter(office),
        horizon=office.settings.crawl.backfill_from,
        only=outlets,
        reader=office.reader,
    )


def outlets_of_post(connection: Connection, url: str) -> set[str]:
    """The column that answers for the post's content."""
    return set(
        connection.execute(
            select(CheckedPostRow.outlet_id).where(CheckedPostRow.url == url)
        ).scalars()
    )


async def look_at_address(office: Office, clock: Clock, url: str) -> tuple[Page, Checked]:
    """One address of the catalogue's hosts now, its page only, without a trace in the store."""
    with office.reader.connect() as connection:
        hosts = allowed_hosts(connection)
        lists = lists_of(office, connection, hosts)
        old = host_key(url) in legacy_hosts(host_manners(connection, []))
    async with HttpDoor(office.settings.crawl, hosts, clock, foreign=True, legacy=old) as door:
        page = await door.fetch(Ask(url))
    return page, check_page(page, lists)


def lists_of(office: Office, connection: Connection, hosts: frozenset[str]) -> Lists:
    """The office's lists and the rules that speak, by configuration and by what was learned."""
    content, base = office.settings.crawl.content, office.settings.path.parent
    wrong = _list(base / content.wrong_words).words if content.wrong_words else {}
    phones = _lines(base / content.phones) if content.phones else frozenset()
    _known(content.rules_on + content.rules_off)
    return Lists(
        hosts,
        rules_on(connection, content.rules_on, content.rules_off),
        content.allow,
        phones,
        wrong,
        WordFinder(_list(base / path) for path in content.sensitive_words),
        _model(content.model, base / content.model_folder if content.model_folder else None),
    )


def _model(name: str, folder: Path | None) -> Corrector | None:
    try:
        return load(name, str(folder) if folder else "") if name else None
    except Unusable as error:
        raise BadConfig(f"config.yaml: {error}") from None


def rules_on(connection: Connection, on: tuple[str, ...], off: tuple[str, ...]) -> frozenset[str]:
    """The rules that speak; one that people found wrong more than once in five is off unless ``on``
    names it."""
    return frozenset(state.rule.name for state in rule_states(connection, on, off) if state.on)


def rule_states(
    connection: Connection, on: tuple[str, ...] = (), off: tuple[str, ...] = ()
) -> tuple[RuleState, ...]:
    """Every rule with its measured precision."""
    told, speak = learned(connection), speaking(on, off)
    found = []
    for rule in RULES.values():
        true, seen = told.get(rule.name, (0, 0))
        share = rule.precision(true, seen)
        bad = share is not None and seen >= FEW and share < LEAST_PRECISION and rule.name not in on
        found.append(
            RuleState(rule, rule.true + true, rule.seen + seen, rule.name in speak and not bad)
        )
    return tuple(found)


def _list(path: Path) -> WordList:
    try:
        return read_list(path.name, path.read_bytes())
    except OSError as error:
        raise BadConfig(
            f"{path}: cannot be read ({error.__class__.__name__}); see crawler.content in config.yaml"
        ) from None
    except BadList as error:
        raise BadConfig(str(error)) from None


def _lines(path: Path) -> frozenset[str]:
    """Published numbers: digits only, one a line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(
            f"{path}: cannot be read ({error.__class__.__name__}); see crawler.content.phones"
        ) from None
    numbers = (
        "".join(c for c in line.partition("#")[0] if c.isdigit()) for line in text.splitlines()
    )
    return frozenset(number for number in numbers if number)


def _known(names: tuple[str, ...]) -> None:
    families = {name.partition(".")[0] for name in RULES}
    for name in names:
        if name not in RULES and name not in families:
            raise BadConfig(
                f"config.yaml: crawler.content: unknown rule {name}; gengxin content rules lists them"
            )
