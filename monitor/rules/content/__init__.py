"""Rules about what posts hold."""
