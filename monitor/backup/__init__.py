"""The store, its attachments and the book of letters as one file, and the way back; never the keys.

Face: ``making.back_up``, ``restoring.restore``, ``archive.check``.
"""
