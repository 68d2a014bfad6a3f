"""Rules about units and what they publish in a month."""
