"""One saved answer of a platform -> what it proves: the contract by which the readers are measured.

The command ``gengxin read`` prints what :func:`read_answer` returns. A saved answer is HTML, JSON
or JSONP, as it came or as a browser saved it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Any

from crawler.model import SHANGHAI, Dated, Outlet, OutletKind, Page, Probe, Reading, utc
from crawler.platforms import platform, platform_names, traits
from crawler.platforms._common import FETCH_UNKNOWN


def readable() -> tuple[str, ...]:
    """The platforms of which one saved answer can be read by itself."""
    return tuple(name for name in platform_names() if traits(name).saved)


def read_answer(
    body: bytes,
    *,
    platform: str,
    id: str | None = None,  # the contract's own word
    fetched_at: datetime | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What one saved answer proves, as plain data; never raises for a body, however broken.

    ``id`` is the uid, biz, gh_ id, MP_WXS_ id or 微信号 that the answer must belong to; without it
    identity is reported, not checked. ``fetched_at`` (aware) is when it was fetched; without it
    relative dates rest on ids. Raises ``KeyError`` for a platform that is not in :func:`readable`,
    ``ValueError`` for a naive moment.
    """
    if not traits(platform).saved:
        raise KeyError(platform)
    moment = FETCH_UNKNOWN if fetched_at is None else utc(fetched_at)
    page = Page("", "", status, headers or {}, body, moment)
    return _contract(platform, reading_of(page, platform, id or ""))


def reading_of(page: Page, name: str, id: str = "") -> Reading:
    """The reading behind :func:`read_answer`."""
    handle = _handle(name, id.strip(), page.body)
    outlet = Outlet("answer", OutletKind.ACCOUNT, "", traits(name).medium, "", ())
    return platform(name).read(page, outlet, Probe(name, None, handle))


def read_answers(folder: Path, labels_jsonl: Path) -> Iterator[dict[str, Any]]:
    """One answer a line of ``labels_jsonl``: ``{"file", "platform", "id", "fetched_at"}``, files under ``folder``.

    Each result repeats ``file``. Raises ``ValueError`` with file and line for a label that cannot
    be used.
    """
    for number, line in enumerate(labels_jsonl.read_text("utf-8").splitlines(), 1):
        if line.strip():
            yield _labelled(folder, line, f"{labels_jsonl}:{number}")


def _labelled(folder: Path, line: str, where: str) -> dict[str, Any]:
    try:
        label = json.loads(line)
        body = (folder / label["file"]).read_bytes()
        given = label.get("fetched_at")
        fetched = datetime.fromisoformat(given) if given else None
        known = str(label["id"]) if label.get("id") else None
        answer = read_answer(body, platform=label["platform"], id=known, fetched_at=fetched)
    except KeyError as error:
        raise ValueError(
            f"{where}: no usable {error}; platforms: {', '.join(readable())}"
        ) from error
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"{where}: {error}") from error
    return {"file": label["file"], **answer}


def _handle(name: str, id: str, body: bytes) -> Mapping[str, str]:
    if not id:
        return {}
    if name == "weibo":
        return {"uid": id}
    if name == "sogou":
        return {"wechat_id": id}
    if id.startswith("gh_"):
        return {"user_name": id}
    weixin = name != "feed" or b"mp.weixin.qq.com" in body or not id.isdigit()
    return {"biz": id} if weixin else {"uid": id}


def _contract(name: str, reading: Reading) -> dict[str, Any]:
    newest = reading.newest
    return {
        "platform": name,
        "outcome": str(reading.outcome),
        "reason": reading.reason,
        "evidence": str(reading.evidence),
        "newest": _moment(newest).isoformat() if newest is not None else None,
        "own_posts": len(reading.posts),
        "identity": dict(reading.identity) or None,
    }


def _moment(newest: Dated) -> datetime:
    """China's time; where a platform printed the day alone, the day's first second."""
    if newest.moment is not None:
        return newest.moment.astimezone(SHANGHAI)
    return datetime.combine(newest.day, time(), SHANGHAI)
