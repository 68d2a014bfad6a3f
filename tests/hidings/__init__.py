"""Seeing less never accuses more: a small district watched twice, once in full sight and once with
things hidden."""
