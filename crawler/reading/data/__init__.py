"""Lists that come as data instead of pages: JSON, arrays in scripts, feeds, interfaces."""
