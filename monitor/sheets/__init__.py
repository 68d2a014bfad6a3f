"""Workbooks that a clerk takes home. Crawled text is inert in them.

Face: ``pen.Pen``, ``columns.write_columns``, ``survey.write_annex4``.
"""
