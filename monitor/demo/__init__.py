"""The sample district on loopback, with its own truth.

Face: ``run.show``, ``district.load_district``, ``server.Sample``.
"""
