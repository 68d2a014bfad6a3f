"""The walk: who is asked next and how politely, what an answer proves, what of it goes into the
store.

Face: ``walk.Walk``, ``model.Looked``, ``known.known_outlets``, ``record.open_run``,
``hosts.host_key``.
"""
