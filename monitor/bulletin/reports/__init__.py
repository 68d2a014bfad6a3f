"""Reports: one file each, with ``SUFFIX`` and ``write(bulletin, path)``."""


class Unavailable(RuntimeError):
    """One sentence: why this report cannot be made on this machine and what to do; the others are
    not affected."""


class BadTemplate(ValueError):
    """One sentence: which template of the office, which field, what is known."""
