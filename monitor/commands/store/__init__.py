"""Commands about the store as a whole: brought forward, backed up, put back."""
