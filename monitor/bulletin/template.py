"""The office's own Word template: fields in double braces, checked before anything is filled in.

A field that names a part (``{{正文}}``) stands in a paragraph of its own and is replaced by that
part; others (``{{统计期}}``) stand anywhere in a line, in tables, heads and feet too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from zipfile import BadZipFile

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph

from monitor.bulletin.reports import BadTemplate

FIELD = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def opened(path: Path, parts: Sequence[str], names: Sequence[str]) -> Document:
    """The template at ``path``. Raises :class:`BadTemplate` for an unknown field, named with its
    place."""
    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        if isinstance(error, PackageNotFoundError) and not path.is_file():
            raise BadTemplate(
                f"模板{path}：没有这个文件；请检查 monitor.bulletin.template"
            ) from None
        raise BadTemplate(f"模板{path.name}：不是 Word 文档（.docx）；请用 Word 另存") from None
    for paragraph in _paragraphs(document):
        for name in FIELD.findall(paragraph.text):
            if name not in parts and name not in names:
                known = "、".join([*parts, *names])
                raise BadTemplate(
                    f"模板{path.name}：未知字段“{name}”（在“{paragraph.text[:40]}”中）；可用：{known}"
                )
            if name in parts and FIELD.sub("", paragraph.text).strip():
                raise BadTemplate(
                    f"模板{path.name}：字段“{name}”须单独成段（在“{paragraph.text[:40]}”中）"
                )
    return document


def fill(
    document: Document, parts: Mapping[str, Callable[[], None]], values: Mapping[str, str]
) -> None:
    """Put every part in place of its paragraph and every value in place of its field.

    A part is a function that appends to the document's end; what it appends is moved.
    """
    for paragraph in list(_paragraphs(document)):
        found = FIELD.fullmatch(paragraph.text.strip())
        if found and found.group(1) in parts:
            _move(document, paragraph, parts[found.group(1)])
        elif FIELD.search(paragraph.text):
            _replace(paragraph, values)


def _move(document: Document, paragraph: Paragraph, append: Callable[[], None]) -> None:
    body = document.element.body
    before = set(body)
    append()
    for element in [element for element in body if element not in before]:
        paragraph._p.addprevious(element)
    parent = paragraph._p.getparent()
    if parent is not None:
        parent.remove(paragraph._p)


def _replace(paragraph: Paragraph, values: Mapping[str, str]) -> None:
    """The line keeps the look of its first run: Word cuts a field into runs as it likes."""
    text = FIELD.sub(lambda found: values.get(found.group(1), found.group(0)), paragraph.text)
    runs = paragraph.runs
    for run in runs[1:]:
        run.text = ""
    if runs:
        runs[0].text = text


def _paragraphs(document: Document) -> Iterator[Paragraph]:
    yield from document.paragraphs
    for table in document.tables:
        yield from _in_table(table)
    for section in document.sections:
        for story in (section.header, section.footer):
            yield from story.paragraphs
            for table in story.tables:
                yield from _in_table(table)


def _in_table(table: Table) -> Iterator[Paragraph]:
    for row in table.rows:
        for cell in row.cells:
            yield from cell.paragraphs
