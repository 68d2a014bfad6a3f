"""The sweep over posts and what they use: what is due, looked at in a closed room, suspected,
recorded.

Face: ``sweep.Sweep``, ``decisions.confirm``, ``decisions.dismiss``, ``views.views``.
"""
