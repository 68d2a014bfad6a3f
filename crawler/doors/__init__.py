"""Two doors to one walk: Scrapy for the night, httpx for one outlet now.

Face: ``crawl.crawl``, ``recheck.recheck``, ``recheck.HttpDoor``, ``choice.Doors``.
"""
