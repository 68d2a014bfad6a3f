"""What a mail server answers, or why it does not, as :class:`Undelivered`."""

from __future__ import annotations

import smtplib

from monitor.channels._delivery import Undelivered
from monitor.words.plain import clean

MAX_ANSWER = 500
Fault = OSError | smtplib.SMTPException | ValueError


def refusal_of(stage: str, code: int, words: bytes) -> Undelivered:
    """The server's number tells lasting refusals (5xx) from passing ones; a refused sender is our
    fault."""
    too_big = code == 552
    ours = stage in ("sender", "login", "hello") and not too_big
    return Undelivered(
        500 <= code < 600 and not ours,
        f"{code} {said_in(words)}",
        stage=stage,
        code=max(code, 0),
        closed=ours or code == 421,
    )


def fault_of(stage: str, error: Fault) -> Undelivered:
    """Anything but an answer to this letter: the next one would fare the same."""
    if isinstance(error, smtplib.SMTPResponseException):
        raw = error.smtp_error
        found = refusal_of(
            stage, error.smtp_code, raw if isinstance(raw, bytes) else str(raw).encode()
        )
        return Undelivered(False, found.answer, stage=stage, code=found.code, closed=True)
    return Undelivered(False, words_of(error), stage=stage, closed=True)


def said_in(words: bytes) -> str:
    """The server's words in one clean line."""
    return clean(words.decode("utf-8", "replace"), MAX_ANSWER)


def words_of(error: Exception) -> str:
    """What went wrong, in one clean line."""
    return clean(str(error) or error.__class__.__name__, MAX_ANSWER)
