"""What a look proves, held against all that the store knows: frames, posts, people's words, hosts
that mislead.

Face: ``weight.enough``, ``resolving.resolve``, ``due.gone``, ``crosschecks.elsewhere``.
"""
