"""Rules about new-media accounts, and about the ways in which they are looked at."""
