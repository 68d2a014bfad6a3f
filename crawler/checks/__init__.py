"""Content checks, one pure file a family: what a page or a file shows -> suspects with their place.
No network, no store.

Face: ``rules.RULES``, ``suspects.Suspect``, ``page.Checked``, ``resources.Judged``.
"""
