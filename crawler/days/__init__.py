"""Days and their proof: how strong a date is, what only looks like one."""
