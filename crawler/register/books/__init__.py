"""One machinery for the clerk's workbooks: any file opened in a child, one tolerance for its rows, one proposal.

Face: ``reading.read_workbook``, ``forms.Form``, ``lines.read_table``, ``proposal.Proposal``,
``units.units_in``.
"""
