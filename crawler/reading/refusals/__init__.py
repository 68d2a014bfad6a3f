"""The parts of ``crawler.states``: pages that say little, their words, and where stubs lead."""
