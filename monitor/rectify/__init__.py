"""Rectification (整改): orders, replies, appeals, proof, and the rechecks that close a finding.

Face: ``orders.issue``, ``replies.reply``, ``appeals.decide``, ``rechecks.ask``, ``proof.proof_of``.
"""
