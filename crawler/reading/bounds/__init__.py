"""What of a page may be newer than what was read of it: unread rows and parts, totals, notices,
what a script fills."""
