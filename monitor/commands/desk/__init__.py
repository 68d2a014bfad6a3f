"""The commands by which people enter and decide: orders, dispensations, attribution, the checklist.

Face: ``order.order``, ``entries.entries``.
"""
