"""Findings become one letter a unit and day, claimed once, sent by a channel, every attempt
recorded.

Face: ``alerts.write_letters``, ``alerts.send_waiting``, ``text.letter``, ``ourselves.troubles``.
"""
