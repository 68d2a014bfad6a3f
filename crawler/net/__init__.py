"""The only way out: which addresses may be fetched at all, and clients that can reach no others.

Face: ``guard.refusal_of``, ``client.guarded_client``, ``resolver.GuardedBackend``,
``guard_trial.try_guard``.
"""
