"""People and phone numbers as survey forms hold them: free text, or numbers that Excel turned into
floats.

A phone number is shown to those who may see it and masked for everybody else: ``138****1234``.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from crawler.model import Contact, ContactRole

MOBILE = re.compile(r"(?<![0-9])(?:\+?86-?)?(1[3-9][0-9]-?[0-9]{4}-?[0-9]{4})(?![0-9])")
FIXED = re.compile(r"(?<![0-9-])((?:0[1-9][0-9]{1,2}-?)?[2-8][0-9]{6,7}(?:-[0-9]{1,5})?)(?![0-9])")
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}")
SCIENTIFIC_IN = re.compile(r"(?<![\w.])" + SCIENTIFIC.pattern + r"(?![\w.])")
EXTENSION = re.compile(r"(?<=[0-9])(?:转|分机)(?=[0-9]{1,5}(?![0-9]))")
"""0591-83312345转801 is the extension 801."""
BETWEEN = re.compile(r"(?<=[0-9])[ \u00a0\u3000]+(?=[0-9])")
DASHES = re.compile(r"[\u2010-\u2015\u2212\uff0d]")
EDGES = " \t\r\n,;:/、，。；：()（）|-"
LABELS = re.compile(r"(?:联系人|负责人|姓名|手机号码?|电话|联系电话|办公电话)[:： ]*")
LONGEST = 200


class BadContact(ValueError):
    """What cannot be read in a cell of people; the words never repeat the digits."""


def plain_number(value: float | str) -> str:
    """A number as its digits: ``13800001234.0`` and ``1.3800001234E10`` lose what Excel added."""
    text = repr(value) if isinstance(value, float) else str(value)
    if re.fullmatch(r"[0-9]+\.0*", text):
        return text.partition(".")[0]
    if SCIENTIFIC.fullmatch(text):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        # Fewer digits printed than the number has: the rest was lost on the way.
        exact = len(number.as_tuple().digits) >= number.adjusted()
        return str(int(number)) if exact and number == number.to_integral_value() else text
    return text


def _digits(found: re.Match[str]) -> str:
    return plain_number(found[0])


def phone_in(text: str) -> str | None:
    """The one phone number that ``text`` is, in its plain form, or ``None``."""
    wanted = EXTENSION.sub("-", _flat(plain_number(text.strip())))
    found = MOBILE.fullmatch(wanted) or FIXED.fullmatch(wanted)
    return _bare(found[1]) if found else None


def contacts_in(texts: list[str], role: ContactRole) -> tuple[Contact, ...]:
    """The people of one form field: names with their numbers, whatever stands between them.

    Raises :class:`BadContact` for digits that are no phone number.
    """
    parts = [SCIENTIFIC_IN.sub(_digits, plain_number(part.strip())) for part in texts]
    text = LABELS.sub(" ", EXTENSION.sub("-", _flat(" ".join(part for part in parts if part))))
    if len(text) > LONGEST:
        raise BadContact(f"内容超过 {LONGEST} 个字，应只写姓名和手机号码")
    people: list[Contact] = []
    for name, phone in _pieces(text):
        if re.search(r"[0-9]", name):
            raise BadContact("有数字不是完整的电话号码，请按文本重填姓名和手机号码")
        if people and not name and phone:  # a second number of the same person
            people.append(Contact(role, people[-1].name, phone))
        elif name or phone:
            people.append(Contact(role, name, phone))
    return tuple(people)


def masked(phone: str) -> str:
    """``138****1234``; of a fixed line the last four digits."""
    if MOBILE.fullmatch(phone):
        return f"{phone[:3]}****{phone[-4:]}"
    return f"****{phone[-4:]}" if phone else ""


def without_phones(text: str) -> str:
    """``text`` with every phone number in it masked; a text without one comes back as it is."""
    plain = _flat(text)
    if not MOBILE.search(plain) and not FIXED.search(plain):
        return text
    plain = MOBILE.sub(lambda found: masked(_bare(found[1])), plain)
    return FIXED.sub(lambda found: masked(_bare(found[1])), plain)


def _pieces(text: str) -> list[tuple[str, str]]:
    """Names, each with the number that follows it, if one does."""
    pieces: list[tuple[str, str]] = []
    at = 0
    for found in sorted(
        [*MOBILE.finditer(text), *FIXED.finditer(text)], key=lambda one: one.start()
    ):
        if found.start() < at:
            continue
        pieces.append((_name(text[at : found.start()]), _bare(found[1])))
        at = found.end()
    if _name(text[at:]):
        pieces += [
            (_name(part), "") for part in re.split(r"[、，,;；/\n]", text[at:]) if _name(part)
        ]
    return pieces


def _flat(text: str) -> str:
    return BETWEEN.sub("", DASHES.sub("-", unicodedata.normalize("NFKC", text)))


def _bare(number: str) -> str:
    return number.replace("-", "") if MOBILE.fullmatch(number) else number


def _name(text: str) -> str:
    return re.sub(r"\s+", "", text.strip(EDGES)).strip(EDGES)
