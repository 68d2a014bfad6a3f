"""What people enter by hand, each word kept in the store with its link in the record, and the files
exported from it.

Face: ``kept.enter``, ``decided.decide``, ``entered.entries_of``, ``papers.newest``,
``exports.write``, ``takeover.take_over``, ``by_hand.take_in``.
"""
