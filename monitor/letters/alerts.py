"""Findings -> letters -> claim -> channel: one letter per unit and day, sent once, every attempt
recorded.

``write_letters`` works inside the caller's transaction; ``send_waiting`` opens its own, on the disk
before the next step (:func:`crawler.store.durable.durable`).
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from crawler.model import Unit, shanghai_day
from crawler.register.unit_contacts import everybody, with_people
from crawler.store.durable import durable
from crawler.store.tables import UnitRow
from monitor.channels import ChannelSettings, Receipt, Undelivered
from monitor.days.workdays import may_send
from monitor.letters import outbox
from monitor.letters.booking import Booking, booking
from monitor.letters.doors import Send, copies_of, doors_of
from monitor.letters.ladder import addressed, emails, leaders, to_leader, week_begins
from monitor.letters.mailing import Mailing, Outstanding, Today
from monitor.letters.matters import (
    closed_matters,
    moved_matters,
    open_matters,
    seen_last,
    soon_by_unit,
    told_leader,
)
from monitor.letters.ourselves import to_us
from monitor.letters.parts import Matter
from monitor.letters.readback import catch_up
from monitor.letters.reminding import Heard, heard, is_due
from monitor.letters.text import OFFICE, Manner, News, letter, summary
from monitor.model import Letter
from monitor.record.tables import LetterRow
from monitor.settings.letters import LetterSettings
from monitor.settings.sending import AlertsConfig

log = logging.getLogger(__name__)

SHUT_AFTER = 2
"""So many letters in a row before a shut door (server down, login refused); the rest wait
untouched."""


@dataclass(frozen=True, slots=True)
class Written:
    """``n`` new letters that wait to be sent; ``no_address`` are unit ids whose letter has nowhere
    to go."""

    n: int = 0
    no_address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the waiting letters. ``n`` arrived, some of them only ``partly``; ``refused``
    for good; ``failed`` met a fault (they wait again, or are given up); ``doubtful`` may have
    arrived and will be repeated under the same Message-ID; ``held`` were not tried (quiet hours, or
    the door is shut).
    """

    n: int = 0
    refused: int = 0
    failed: int = 0
    partly: int = 0
    doubtful: int = 0
    held: int = 0


def write_letters(connection: Connection, today: Today, mailing: Mailing) -> Written:
    """Write the letters of ``day``, one per unit with something to be told, and one to ourselves.

    A unit is told of its open findings, of those it was told of before and that ended or went to
    another unit, and, where ``verdicts`` are given, of limits that pass soon. What only repeats
    waits ``settings.remind_every`` days. A unit that has its letter of ``day`` gets no second one,
    so a repeat writes nothing; a letter of an earlier day that never left is replaced. ``doors``
    get the day's summary, ``copies`` (the supervisor's addresses, from config) a copy of every
    unit's letter. ``units`` is the catalogue: no other address is written to. ``notes`` are
    troubles of our own; ``sign`` gives the token of a unit's page. With ``settings.workdays_only``
    a day off has no letters: the next working day's letter says it all.

    A finding that no look of the last two days bears out, or that ``verdicts`` do not, is no reason
    for a letter, is not late and climbs no ladder: it waits, and we are told
    (:mod:`monitor.borne_out`). Only what people did about it (an order, a reply sent back, a
    decision) is told all the same. ``unseen`` = the night saw too little: no limit is said to pass
    soon.
    """
    day, moment, settings = today.day, today.moment, mailing.settings
    if settings.workdays_only and not settings.calendar.works(day):
        return Written()
    replaced = outbox.supersede(connection, day, moment)
    known = {unit.id: addressed(unit, day) for unit in with_people(connection, mailing.units)}
    standing, ours = open_matters(connection, day, moment, known, today.verdicts)
    moved, gone = moved_matters(connection, moment, known)
    closed = closed_matters(connection, moment, gone)
    before = heard(connection, day)
    by_unit, held = _sendable(standing, before)
    weekly = settings.weekly and week_begins(day, settings)
    said = () if today.unseen else seen_last(connection, today.verdicts or (), moment)
    soon = soon_by_unit(said, day, settings.calendar, settings.warn_left, weekly=weekly)
    have = set(connection.scalars(select(LetterRow.unit_id).where(LetterRow.day == day)))
    letters: list[tuple[Letter, list[int]]] = []
    for unit in sorted({*by_unit, *closed, *soon, *moved} - have):
        if unit in by_unit or (unit in known and known[unit].emails):
            matters, ended, handed = (
                by_unit.get(unit, ()),
                closed.get(unit, ()),
                moved.get(unit, ()),
            )
            upwards = _upwards(connection, known[unit], matters, day, settings)
            if not (ended or handed or upwards or soon.get(unit)) and not is_due(
                unit, matters, day, settings, before
            ):
                continue
            reader = replace(
                known[unit], emails=tuple(dict.fromkeys((*known[unit].emails, *upwards)))
            )
            key = mailing.sign(unit) if mailing.sign and settings.base_url else ""
            text = letter(
                reader,
                News(
                    matters,
                    closed=ended,
                    soon=soon.get(unit, ()),
                    moved=handed,
                    waiting=held.get(unit, ()),
                ),
                day,
                settings,
                manner=Manner(key=key, leader=bool(upwards), weekly=weekly),
            )
            letters.append(
                (_copied(text, mailing.copies), [m.finding.id for m in (*matters, *ended, *handed)])
            )
    if OFFICE not in have:
        forced = OFFICE in replaced
        letters += to_us(
            connection,
            Outstanding(known, by_unit, ours, held),
            today,
            settings,
            forced=forced,
        )
    counts = [(known[unit].short, matters) for unit, matters in sorted(by_unit.items())]
    letters += [
        (_summary(door, counts, day, settings), []) for door in sorted(mailing.doors) if counts
    ]
    new = [one for one, findings in letters if outbox.add(connection, one, day, findings, moment)]
    return Written(sum(bool(one.to) for one in new), tuple(one.unit for one in new if not one.to))


def _sendable(
    standing: Mapping[str, Sequence[Matter]], before: Heard
) -> tuple[dict[str, list[Matter]], dict[str, list[Matter]]]:
    """By unit what a letter may speak of, and what waits for a look."""
    by_unit: dict[str, list[Matter]] = defaultdict(list)
    held: dict[str, list[Matter]] = defaultdict(list)
    for unit, matters in standing.items():
        for matter in matters:
            if before.sendable(matter, unit):
                by_unit[unit].append(matter)
            if matter.held:
                held[unit].append(matter)
    return by_unit, held


def _upwards(
    connection: Connection,
    unit: Unit,
    matters: Sequence[Matter],
    day: date,
    settings: LetterSettings,
) -> tuple[str, ...]:
    """The leader's addresses, where today's letter goes up the ladder."""
    above = leaders(unit, day)
    if not above or not matters:
        return ()
    knows = told_leader(connection, unit.id, above)
    return above if to_leader(matters, day, settings, knows) else ()


def send_waiting(
    engine: Engine,
    config: AlertsConfig,
    now: datetime,
    channels: Mapping[str, Send] | None = None,
    elapsed: Callable[[], float] = time.monotonic,
    book: Path | None = None,
) -> Sent:
    """Send what waits and may go now; any number of senders may run at once.

    ``channels`` maps ``mail`` and ``robot:NAME`` to senders, by default those of ``config``.
    ``elapsed``
    are the seconds of a running watch: recorded moments are ``now`` plus what passed since.
    ``book`` is the office's book of letters that left; one that knows more than the store is read
    back first.
    """
    ours = doors_of(config.channels)
    doors = {door.name: door.send for door in ours} if channels is None else channels
    start = elapsed()

    def clock() -> datetime:
        return now + timedelta(seconds=elapsed() - start)

    if book is not None:
        catch_up(engine, book, now)
    with engine.begin() as connection:
        outbox.sweep(connection, now)
        waiting = [(i, door) for i, door in outbox.due(connection, now) if door in doors]
    if not may_send(now, config.letters.hours, config.letters.calendar):
        return Sent(held=len(waiting))
    post = _Post(engine, config, clock, book, {door.name: door.settings for door in ours})
    tally: dict[str, int] = defaultdict(int)
    shut: dict[str, int] = defaultdict(int)
    for letter_id, door in waiting:
        if shut[door] >= SHUT_AFTER:
            tally["held"] += 1
            continue
        words, closed = _send_one(post, letter_id, doors[door])
        shut[door] = shut[door] + 1 if closed else 0
        for word in words:
            tally[word] += 1
    return Sent(**tally)


@dataclass(frozen=True, slots=True)
class _Post:
    """What every letter of one sending shares; ``ids`` are the settings of its ways out."""

    engine: Engine
    config: AlertsConfig
    clock: Callable[[], datetime]
    book: Path | None
    ids: Mapping[str, ChannelSettings]

    def message_id(self, letter: Letter) -> str:
        door = self.ids.get(outbox.channel(letter.to))
        return door.message_id(letter.key) if door else letter.key


def _send_one(post: _Post, letter_id: int, send: Send) -> tuple[tuple[str, ...], bool]:
    """Claim, send, settle; the words of :class:`Sent` to count, and whether the door is shut."""
    config, clock = post.config, post.clock
    with durable(post.engine) as connection:
        allowed = _allowed(connection, letter_id, config, shanghai_day(clock()))
        claim = outbox.claim(connection, letter_id, allowed, clock())
        if claim is None:
            state = connection.scalar(select(LetterRow.state).where(LetterRow.id == letter_id))
            return (("refused",) if state == "refused" else ()), False
        lines = booking(connection, post.book, claim, post.message_id(claim.letter))
    copies = copies_of(config.channels)
    try:
        receipt = _hand(post, claim, lines, send)
    except _Lost:
        return (), False
    except Undelivered as error:
        with durable(post.engine) as connection:
            state = outbox.undelivered(connection, claim, error, copies, clock())
        lines.ends(state, error, clock())
        word = "doubtful" if error.doubtful else "refused" if state == "refused" else "failed"
        return (word,), error.closed
    with durable(post.engine) as connection:
        state = outbox.delivered(connection, claim, receipt, copies, clock())
    lines.ends(state, receipt, clock())
    if state == "refused":
        return ("refused",), False
    return (("n", "partly") if receipt.refused else ("n",)), False


class _Lost(Exception):
    """Another sender took this claim for dead and has it now."""


def _hand(post: _Post, claim: outbox.Claim, lines: Booking, send: Send) -> Receipt:
    """Call the channel; whatever breaks inside it is this letter's fault alone."""
    clock, handed = post.clock, False

    def handing_over() -> None:
        nonlocal handed
        moment = clock()
        with durable(post.engine) as connection:
            if not outbox.hand_over(connection, claim, moment):
                raise _Lost
        # The store first: a book that knows more than the store means that the store went back.
        lines.leaves(moment)
        handed = True

    try:
        return send(claim.letter, moment=clock(), handing_over=handing_over)
    except (Undelivered, _Lost):
        raise
    except Exception as error:
        log.exception("letter %s: the channel broke", claim.letter.key)
        answer = f"发送程序出错：{error.__class__.__name__}: {error}"[:500]
        raise Undelivered(False, answer, doubtful=handed) from error


def _allowed(connection: Connection, letter_id: int, config: AlertsConfig, day: date) -> set[str]:
    """Whom this letter may reach today: its unit's addresses in the catalogue, ourselves, the
    doors of summaries."""
    unit = connection.scalar(select(LetterRow.unit_id).where(LetterRow.id == letter_id)) or ""
    if unit == OFFICE:
        return set(config.letters.office_emails)
    query = select(UnitRow.emails).where(UnitRow.id == unit, UnitRow.retired_at.is_(None))
    row = connection.execute(query).first()
    people = [one.person for one in everybody(connection, unit).get(unit, ())] if row else []
    own = {*row.emails, *emails(people, day)} if row else set()
    copies = copies_of(config.channels)
    summaries = {door.name for door in doors_of(config.channels) if door.summary}
    return {*own, *(copies if own else ()), *summaries}


def _copied(letter: Letter, copies: Collection[str]) -> Letter:
    """A letter that has somewhere to go, to the supervisor too."""
    more = tuple(address for address in copies if address not in letter.to)
    return replace(letter, to=letter.to + more) if letter.to else letter


def _summary(
    door: str, counts: Sequence[tuple[str, Sequence[Matter]]], day: date, settings: LetterSettings
) -> Letter:
    """The day's summary; it stands in the store under ``_robot-group``, as no unit is called."""
    return replace(summary(counts, day, settings, f"_{door.replace(':', '-')}"), to=(door,))
