"""``python -m crawler``: one crawl as a child process, telling its progress as JSON lines on
stdout.

Meant for the monitor, which starts it, reads its lines and limits its time. Exit codes: 0 done, 1
the guard is off or the walk was stopped by a fault (what was seen until then is stored), 2 the
configuration is refused.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

from crawler.clock import clock, parse_moment
from crawler.config import BadConfig, crawl_config, load_yaml, store_url
from crawler.doors.crawl import crawl
from crawler.doors.plan import Desk, Due
from crawler.net.guard_trial import GuardOff, try_guard
from crawler.store.tables import open_store
from crawler.system.config_words import in_chinese
from crawler.system.parent import tied_to
from crawler.walking.model import Looked


def main() -> int:
    """Read the arguments, crawl, report. See the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m crawler", description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--as-of", type=parse_moment)
    parser.add_argument("--kind", default="nightly")
    parser.add_argument("--only", nargs="*")
    parser.add_argument(
        "--since", type=parse_moment, help="leave out what was looked at since then"
    )
    parser.add_argument("--parent", type=int, help="process id without which this crawl ends")
    arguments = parser.parse_args()
    if not tied_to(arguments.parent):
        return 1
    _log()
    try:
        data = load_yaml(arguments.config)
        config, url = crawl_config(data, arguments.config), store_url(data, arguments.config)
        try_guard()
    except BadConfig as error:
        sys.stderr.write(f"{in_chinese(str(error), arguments.config)}\n")
        return 2
    except GuardOff as error:
        sys.stderr.write(f"{error}\n")
        return 1
    engine, reader = open_store(url), open_store(url, readonly=True)
    try:
        run = crawl(
            Desk(engine, reader, config, clock(arguments.as_of)),
            due=Due(arguments.kind, arguments.only, arguments.since),
            on_look=_tell_look,
            on_plan=lambda planned: _tell({"planned": planned}),
        )
    except Exception as error:
        logging.exception("the crawl was stopped by a fault of ours")
        sys.stderr.write(f"{_cause(error)}\n")
        return 1
    except asyncio.CancelledError:
        sys.stderr.write(
            "stopped before its end; what was seen is stored, the next run goes on from there\n"
        )
        return 1
    finally:
        engine.dispose()
        reader.dispose()
    _tell({"run": run})
    return 0


def _cause(error: BaseException) -> str:
    """The first real fault, in one line, for the parent to pass on."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, GuardOff):
        return str(error)
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:300]


def _log() -> None:
    """Warnings and worse on stderr. The handler keeps the level: Scrapy sets those of its loggers
    itself."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)


def _tell_look(looked: Looked) -> None:
    visit = looked.visit
    _tell({"look": visit.outlet, "outcome": visit.outcome.value, "reason": visit.reason})


def _tell(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
