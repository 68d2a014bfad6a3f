"""Every class of the monitor section of config.yaml but those of channels, one topic a file;
`config` alone reads the file.

Face: ``limits.Limit``, ``letters.LetterSettings``, ``versions.Version``, ``timetable.Timetable``.
"""
