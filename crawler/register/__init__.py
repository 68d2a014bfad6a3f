"""The catalogue (台账): config.yaml and the clerk's workbooks read strictly, shown as a difference,
entered whole or not at all.

Face: ``catalogue.read_catalogue``, ``enter.sync``, ``books.reading.read_workbook``,
``account_candidates.candidates``.
"""
