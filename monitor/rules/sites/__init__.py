"""Rules about whole sites: their home page, their columns together, what a server says of
itself."""
