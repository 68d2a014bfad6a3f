"""Personal data in text: ID numbers, mobile numbers, bank cards, with allow-rules. Nothing leaves
here unmasked.

GB 11643 gives the ID number's check digit; a card's is Luhn's. Numbers that a body publishes for
its service (咨询电话, 监督电话 …) and notices that the law has printed whole (送达, 通缉, 失信) are allowed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from crawler.checks.suspects import Suspect, around, masked

PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
ID = re.compile(r"(?<![0-9A-Za-z.])(\d{6})[ \-]?(\d{8})[ \-]?(\d{3}[0-9Xx])(?![0-9A-Za-z]|\.\d)")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
MOBILE = re.compile(
    r"(?<![0-9A-Za-z.*\-_/=])(?:\+?86[ \-]?)?(1[3-9]\d)([ \-]?)(\d{4})\2(\d{4})(?![0-9A-Za-z*]|[.\-_]\d)"
)
CARD = re.compile(
    r"(?<![0-9A-Za-z.\-])((?:62|4\d|5[1-5])\d{2}(?:[ \-]?\d{4}){3}(?:[ \-]?\d{1,3})?)(?![0-9A-Za-z]|[.\-]\d)"
)
CARD_WORDS = re.compile(r"卡号|账号|帐号|账户|帐户|开户|银行|社保卡|一卡通|工资卡")
OFFICE_ACCOUNT = re.compile(
    r"保证金|非税|财政专户|国库|捐赠|捐款|缴费|缴款|对公|基本户|招标|投标|竞买|收款单位|党费|工会经费|缴存"
)
OFFICE_PHONE = re.compile(
    r"咨询|监督|举报|投诉|值班|热线|服务电话|办公|受理|报名|公开电话|业务电话|报警|求助|救援|抢修|客服|招标|采购|代理|项目联系|"
    r"技术支持|反馈|征求意见|报送|联系人|联系方式|联系电话|联络|负责人电话|微信同号|手机同号|电话[:：]|邮箱|传真|地址[:：]"
)
LEGAL = re.compile(
    r"送达公告|公告送达|失信被执行人|悬赏|通缉|协查|限制消费|寻亲|认领|认尸|拍卖公告|破产"
)
SERIAL = re.compile(
    r"(?:编号|单号|流水|订单|文号|序列号|项目代码|统一社会信用代码|信用代码|批准文号|合同号|发票|备案号|许可证号?|条码|[Ii][Dd]=)[^，。；\n]{0,12}$"
)
MANY = 3
"""Different mobile numbers in one post from which they are a list of people, whatever stands beside
them."""
FULLWIDTH = str.maketrans("０１２３４５６７８９Ｘｘ－　", "0123456789Xx- ")


def find_personal(
    text: str, place: str, today: date, *, title: str = "", published: Collection[str] = ()
) -> Iterator[Suspect]:
    """Personal numbers in ``text``; ``published`` are the office's own numbers, digits only."""
    plain = text.translate(FULLWIDTH)
    legal = LEGAL.search(title) is not None
    numbers: dict[str, int] = {}
    if not legal:
        for found in ID.finditer(plain):
            number = "".join(found.groups()).upper()
            if is_id_number(number, today) and not _serial(plain, found.start()):
                yield from _once(
                    numbers, "personal.id", number, plain, found, place, "身份证号码应当隐去"
                )
    taken = set(numbers)
    yield from _cards(plain, place, numbers, taken)
    yield from _mobiles(plain, place, numbers, published, legal)


def is_id_number(number: str, today: date) -> bool:
    """18 characters with a province, a day of birth in the last 120 years, and the right check
    character."""
    if (
        len(number) != 18
        or number[:2] not in PROVINCES
        or number[2:6] == "0000"
        or number[14:17] == "000"
    ):
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    if not today.year - 120 <= born.year or born > today:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number[:17], strict=True))
    return CHECKS[total % 11] == number[17]


def is_card(number: str) -> bool:
    """Luhn's check over 16 to 19 digits, not all the same."""
    if not 16 <= len(number) <= 19 or len(set(number)) < 4:
        return False
    digits = [int(one) for one in reversed(number)]
    doubled = (2 * one - 9 if one > 4 else 2 * one for one in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _cards(plain: str, place: str, numbers: dict[str, int], taken: set[str]) -> Iterator[Suspect]:
    for found in CARD.finditer(plain):
        number = re.sub(r"[ \-]", "", found[1])
        near = plain[max(0, found.start() - 60) : found.end() + 20]
        if (
            number in taken
            or not is_card(number)
            or not CARD_WORDS.search(near)
            or OFFICE_ACCOUNT.search(near)
        ):
            continue
        if len(number) in (16, 18, 19) or number.startswith("62"):
            yield from _once(
                numbers, "personal.card", number, plain, found, place, "银行卡号应当隐去"
            )


def _mobiles(
    plain: str, place: str, numbers: dict[str, int], published: Collection[str], legal: bool
) -> Iterator[Suspect]:
    """A number without an office word before it; in a list of several people each one."""
    found = [(m, m[1] + m[3] + m[4]) for m in MOBILE.finditer(plain)]
    found = [
        (m, number)
        for m, number in found
        if number not in published and not _serial(plain, m.start())
    ]
    listed = {number for m, number in found if not _office(plain, m.start())}
    many = len(listed) >= MANY
    for match, number in found:
        if legal or (_office(plain, match.start()) and not (many and number in listed)):
            continue
        yield from _once(
            numbers, "personal.mobile", number, plain, match, place, "个人手机号码应当隐去"
        )


def _office(plain: str, start: int) -> bool:
    """An office word in the same line before the number, and not one of somebody's own phone."""
    line = plain[max(plain.rfind("\n", 0, start) + 1, start - 45) : start]
    return OFFICE_PHONE.search(line) is not None and not re.search(
        r"本人|家属|户主|申请人|当事人|学生|家长|患者|死者", line[-20:]
    )


def _serial(plain: str, start: int) -> bool:
    return SERIAL.search(plain[max(0, start - 30) : start]) is not None


def _once(
    numbers: dict[str, int],
    rule: str,
    number: str,
    plain: str,
    found: re.Match[str],
    place: str,
    why: str,
) -> Iterator[Suspect]:
    """One suspect a number; the sentence has every such number masked."""
    if number in numbers:
        return
    numbers[number] = len(numbers)
    said = hide(around(plain, found.start(), found.end()))
    # Two people may share the masked form: the ordinal keeps them apart, and holds no digit of
    # theirs.
    yield Suspect(
        rule,
        place,
        masked(number),
        said,
        why,
        "隐去中间几位",
        f"{place}|{masked(number)}|{numbers[number]}",
    )


def hide(text: str) -> str:
    """``text`` with every long number masked: what may be stored and mailed."""
    return re.sub(
        r"(?<!\d)\d(?:[ \-]?\d){9,18}[Xx]?(?!\d)",
        lambda m: masked(re.sub(r"[ \-]", "", m[0])),
        text,
    )
