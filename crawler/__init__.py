"""What was seen: catalogue, pages, readings, visits and posts. Never imports ``monitor``."""
