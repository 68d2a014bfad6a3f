"""The web: what the office, the units and the leaders look at. Pages are plain HTML; the store is
read by queries of the rooms below, and every change goes through the same functions as the
commands.

Face: ``app.create_app``, ``run.run``.
"""
