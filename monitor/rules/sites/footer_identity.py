"""{name}首页底部的网站标识不全，没有找到：{missing}。

标识码, ICP 备案, 公安备案, 主办单位, 联系方式, 找错 entry and site map, as words, links or scripts of the home page.
Only the name of the indicator is known (certainty R): what counts and how much is 需查原文. The emblem
(党政机关标识) is drawn by a script, which is looked for, and a person confirms. A page that shows none of
them draws its footer by script: not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from monitor.model import Facts, SiteFacts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits

NAME = "footer_identity"
TRAITS = Traits(
    title="页脚标识",
    accused="不规范",
    advice="请告知网站管理方补全页脚标识。",
)
SENTENCES = {
    Value.STALE: sentence_of(__doc__),
    Value.FRESH: "{name}首页底部的网站标识齐全。",
    Value.UNKNOWN: "{name}首页底部可能由脚本生成，没有读到网站标识，须人工查看。",
}
Part = Literal["code", "icp", "police", "keeper", "contact", "report", "map", "party"]
PART_NAMES: Mapping[str, str] = {
    "code": "网站标识码", "icp": "ICP备案号", "police": "公安备案号", "keeper": "主办单位", "contact": "联系方式",
    "report": "“我为政府网站找错”入口", "map": "网站地图", "party": "党政机关标识",
}  # fmt: skip
USUAL: tuple[Part, ...] = ("code", "icp", "police", "keeper", "contact", "report", "map")


def check(facts: Facts, *, clause: Clause, parts: tuple[Part, ...] = USUAL) -> Iterator[Verdict]:
    """One verdict per site whose home page was read."""
    if facts.partial:
        return
    for site in facts.sites:
        if site.page is not None:
            yield _judge(site, site.page.facts.get("footer", {}), clause, parts)


def _judge(
    site: SiteFacts, found: Mapping[str, str], clause: str, parts: tuple[str, ...]
) -> Verdict:
    missing = [PART_NAMES[part] for part in parts if part not in found]
    code = found.get("site_code")
    if code and site.site.code and code != site.site.code:
        missing.append(f"与台账一致的标识码（页面为{code}，台账为{site.site.code}）")
    value = Value.STALE if missing else Value.FRESH
    if not any(part in found for part in parts):
        value = Value.UNKNOWN
    return Verdict(
        rule=NAME,
        subject=f"site:{site.site.id}",
        value=value,
        sentence=SENTENCES[value].format(name=site.site.name, missing="、".join(missing)),
        clause=clause,
        cause="script_list" if value is Value.UNKNOWN else "",
        numbers={"missing": len(missing)},
        ours=value is not Value.UNKNOWN,
        name=site.site.name,
    )
