"""A period as plain data, checked against itself, then printed, kept under its hash, corrected
beside it.

Face: ``compile.compile``, ``printing.print_bulletin``, ``model.Bulletin``, ``frozen.archived``.
"""
