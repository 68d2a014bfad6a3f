"""The store judged as it stands now, under the office's own rules."""

from __future__ import annotations

from datetime import datetime

from monitor.judging.evaluate import Judgement, evaluate
from monitor.office import Office, counter


def judge_now(
    office: Office, now: datetime, *, record: bool = True, accuse: bool = True
) -> Judgement:
    """Judge the store at ``now``. With ``accuse`` off the night counts as failed: nothing opens."""
    return evaluate(
        office.engine,
        office.settings.monitor,
        now,
        count=counter(office),
        horizon=office.settings.crawl.backfill_from,
        record=record,
        failed_night=None if accuse else True,
        reader=office.reader,
    )
