"""What a page shows, without network, store or clock: refusals first, then lists with their bounds,
articles, labels.

Face: ``markup.decode``, ``states.refusal``, ``listing.read_list``, ``article.read_article``,
``frames.remaining``.
"""
