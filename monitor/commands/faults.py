"""What a person is told where a command could not be done: one sentence and the exit code."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from crawler.config import BadConfig
from crawler.model import UnknownOutlet
from crawler.net.guard_trial import GuardOff
from crawler.store.soundness import WHAT_TO_DO
from monitor.night.clocks import WrongClock
from monitor.night.jobs import Busy
from monitor.words.exits import FAULT, REFUSED


@dataclass(frozen=True, slots=True)
class FaultSaid:
    """A sentence and the exit code it goes with."""

    text: str
    code: int = REFUSED


def sentence_of(error: Exception) -> FaultSaid | None:
    """What to say of ``error``; ``None`` for a fault that nobody at the screen can mend."""
    match error:
        case GuardOff():
            return FaultSaid(str(error), FAULT)
        case UnknownOutlet():
            return FaultSaid(f"台账里没有这个栏目或账号：{error}；gengxin status 列出全部编号")
        case BadConfig() | Busy() | WrongClock():
            return FaultSaid(str(error))
        case DBAPIError():
            if "malformed" in str(error.orig) or "not a database" in str(error.orig):
                return FaultSaid(f"数据库有损坏的页（{error.orig}）：{WHAT_TO_DO}", FAULT)
            first = str(error.orig or error).splitlines()[0][:200]
            return FaultSaid(f"数据库打不开或写不进：{first}；检查 config.yaml 的 store", FAULT)
        case _:
            return None
