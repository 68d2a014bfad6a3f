"""Saying that nothing was found: only of what was judged, with how many that were."""

from __future__ import annotations


def none_found(what: str, judged: int, unjudged: int, of: str = "栏目") -> str:
    """``已判定的43个栏目中未发现超期未更新的；另有5个栏目未能判定，不计入``. Without a judged one: that nothing was judged.

    ``what`` names the fault as it would be found (超期未更新的), ``of`` what was looked at. Without a
    stop at its end.
    """
    if not judged:
        cause = f"{unjudged}个{of}都没有可据以判定的检查结果" if unjudged else f"没有检查到{of}"
        return f"{of}情况未作判定（{cause}）"
    rest = f"；另有{unjudged}个{of}未能判定，不计入" if unjudged else ""
    return f"已判定的{judged}个{of}中未发现{what}{rest}"


def nothing_listed(what: str, judged: int, unjudged: int) -> str:
    """The line of an empty list on a page: ``没有超期的栏目（43 个已判定，5 个未判定）。`` or that nothing could be
    judged, or was yet."""
    if not judged:
        why = f"{unjudged} 个都未能判定" if unjudged else "还没有判定过"
        return f"{what}：未作判定（{why}）。"
    rest = f"，{unjudged} 个未判定" if unjudged else ""
    return f"没有{what}（{judged} 个已判定{rest}）。"
