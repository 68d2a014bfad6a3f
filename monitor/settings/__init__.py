"""Every class of the monitor section of config.yaml, one topic a file; `config` alone reads the
file.

Face: ``limits.Limit``, ``letters.LetterSettings``, ``versions.Version``, ``timetable.Timetable``.
"""
