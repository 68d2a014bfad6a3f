"""How an office prints its bulletin: the ``monitor.bulletin`` section of config.yaml."""

from __future__ import annotations

from string import Formatter

from pydantic import Field, field_validator

from crawler.config import Strict

FIELD_NAMES = ("统计期", "印发日期", "整改时限", "备案时限", "下期末", "报送", "地区", "办公室")
"""What an office's own sentences and Word templates may name in braces."""
REQUIREMENTS = (
    "进一步提高信息发布的数量和质量。请各单位对照栏目维护分工，找出差距，积极整改，做好下一期栏目更新工作。",
    "进一步完善信息审核制度。按照谁发布谁负责的原则，信息发布严格落实审核和保密审查制度。",
    "进一步排查本单位开设的政务新媒体。无法保障更新的一律关停注销，确需保留的于{备案时限}前填写附件所列"
    "政务新媒体情况调查表，报送{报送}。",
    "进一步加强整改自查。请被通报单位逐项整改，于{整改时限}前将书面整改报告报送{报送}。",
)
"""The seed's four requirements in our own words; an office writes its own in config.yaml."""


class BulletinSettings(Strict):
    """How the office prints its bulletin. Check window and print date belong to one printing, not
    to here.

    ``good_times``: praised is who published that many times the quota in every month (仓山区 2020Q2
    named exactly the units with 2.5 times). ``several``: months below the quota that make 多次.
    ``report_days`` and ``filing_days`` are working days from the print to 整改时限 and 备案时限.
    ``template``: the office's own Word file with fields in double braces (docs/reports.md).
    ``scheme``: a deduction scheme (docs/bulletin.md); without one nobody is scored. ``archive``:
    the folder beside config.yaml that keeps printed bulletins and what was entered by hand.
    """

    place: str = ""
    office: str = ""
    centre: str = ""
    addressees: str = "区直各有关部门，各镇人民政府、街道办事处"
    portal: str = "区政府门户网站"
    measure: str = "政务公开绩效考核办法"
    basis: tuple[str, ...] = (
        "《国务院办公厅关于印发政府网站发展指引的通知》（国办发〔2017〕47号）",
        "《国务院办公厅秘书局关于印发政府网站与政务新媒体检查指标、监管工作年度考核指标的通知》（国办秘函〔2019〕19号）",
    )
    groups: tuple[str, ...] = ("镇街", "区直部门")
    good_times: float = Field(default=2.5, gt=0, le=100)
    several: int = Field(default=2, ge=1, le=12)
    report_to: str = ""
    report_days: int = Field(default=6, ge=1, le=60)
    filing_days: int = Field(default=9, ge=1, le=120)
    requirements: tuple[str, ...] = REQUIREMENTS
    template: str = ""
    archive: str = "bulletins"
    scheme: str = ""

    @field_validator("requirements")
    @classmethod
    def _known_fields(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            for _, name, _, _ in Formatter().parse(text):
                if name is not None and name not in FIELD_NAMES:
                    raise ValueError(f"unknown field {{{name}}}; known: {', '.join(FIELD_NAMES)}")
        return texts
