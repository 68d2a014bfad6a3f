"""Every saved answer of the platforms with its truth: ``python -m tests.bench_media
../shared/fixtures/new-media``.

Exit status 1 when one differs. Columns: right or wrong, file, outcome, reason, newest, posts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.accounts.answers import read_answer

RELATIVE = {"weibo/mweibo_list_relative_pinned_20190716.json": "2019-07-16T10:00:00+08:00"}
"""Fetch moments that the labels tell in words only."""


def platform_of(label: Mapping[str, Any]) -> str:
    """The reader that an endpoint of the labels belongs to."""
    file, endpoint = str(label["file"]), str(label["endpoint"])
    if file.startswith("weibo/"):
        return "weibo"
    if "appmsgalbum" in endpoint or "album_json" in file:
        return "wechat_album"
    return "sogou" if "weixin.sogou.com" in endpoint else "wechat_article"


def judged(folder: Path) -> Iterator[tuple[bool, Mapping[str, Any], dict[str, Any]]]:
    """Each label with the answer read, and whether they agree: newest to the second, posts, nobody
    accused."""
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(line)
        fetched = RELATIVE.get(label["file"])
        answer = read_answer(
            (folder / label["file"]).read_bytes(),
            platform=platform_of(label),
            fetched_at=datetime.fromisoformat(fetched) if fetched else None,
        )
        yield agrees(label, answer), label, answer


def agrees(label: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Same newest second and number of posts; where there is no post, a refusal with its cause."""
    if label["newest"] is None:
        refused = (
            answer["outcome"] in ("blocked", "unreadable")
            and answer["reason"]
            and not answer["own_posts"]
        )
        return bool(refused) and answer["newest"] is None and answer["evidence"] == "none"
    if answer["outcome"] != "read" or answer["newest"] is None:
        return False
    gap = datetime.fromisoformat(answer["newest"]) - datetime.fromisoformat(label["newest"])
    return gap == timedelta(0) and answer["own_posts"] == label["posts"]


def main(folder: Path) -> int:
    rows = list(judged(folder))
    for right, label, answer in rows:
        found = f"{answer['outcome']:<10} {answer['reason'] or '-':<24} {answer['evidence']:<11}"
        print(
            f"{'right' if right else 'WRONG'}  {label['file']:<62} {found} {answer['newest']} "
            f"(truth {label['newest']}), posts {answer['own_posts']} (truth {label['posts']})"
        )
    right = sum(ok for ok, _, _ in rows)
    print(f"{right} of {len(rows)} right")
    return 0 if right == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
