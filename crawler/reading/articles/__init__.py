"""The parts of ``crawler.article``: printed forms, hints in script, the passages of a page."""
