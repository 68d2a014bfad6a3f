"""From looks and posts under a limit to a verdict with its numbers and its Chinese sentence. Pure.

Face: ``judging.stale``, ``judging.blank``, ``sentences.sentence_of``.
"""
