"""The parts of ``crawler.listing``: one walk over the tree, cells, blocks, the choice of one, its
posts, its pager."""
