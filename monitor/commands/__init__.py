"""The command `gengxin`, one file a command, and what they print.

Face: ``options.tell``, ``screen.status_lines``.
"""
