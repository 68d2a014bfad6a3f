"""Units as the office's papers name them, for whoever reads a workbook: in every form that counting
understands too (仓山区工信局, 区委宣传部, 工业和信息化局)."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import Connection

from crawler.model import shanghai_day
from crawler.register.books.units import Units, units_in
from monitor.counting.attribution import Reason, attribute
from monitor.counting.counts import names_of

SURE = frozenset({Reason.NAME, Reason.ALIAS, Reason.USUAL})
"""Ways in which a text is a unit's own name; an account's name, an old decision or a section of the
unit (教育局幼儿园) is none."""
SEAT = re.compile(r"(?:人民)?政府$|(?<=街道)办事处$")
"""盖山镇政府 is 盖山镇."""


def office_units(connection: Connection, now: datetime) -> Units:
    """The units that are in the catalogue now. A form that fits two of them names none."""
    day = shanghai_day(now)
    names = names_of(connection, day)

    def understood(said: str) -> str | None:
        found = attribute(SEAT.sub("", said), (), names, day)
        sure = found.reason in SURE and not found.doubtful and not found.others
        return found.unit if sure else None

    return units_in(connection, understood)
