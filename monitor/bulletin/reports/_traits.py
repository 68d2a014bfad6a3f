"""What a report says of itself beside its writing: each report's file holds one, and no list
elsewhere repeats it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportTraits:
    """``title`` is what its file is called on screens, ``suffix`` how the file's name ends
    (``.docx``), ``media_type`` what it is sent as.

    ``holds`` says of a demonstration's file what it is. ``inline``: a browser shows it in its tab;
    any other is taken away.
    """

    title: str
    suffix: str
    media_type: str
    holds: str = "通报"
    inline: bool = False
