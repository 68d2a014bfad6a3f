"""What people do at a desk or on a page, each done and put on the record together; long work they
asked for.

Face: ``entering.decide_origin``, ``columns.enter``, ``contacts.enter``, ``chores.start``.
"""
