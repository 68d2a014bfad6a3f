"""The pages: one file a subject; each reads, shows, and hands changes to the rooms below."""
