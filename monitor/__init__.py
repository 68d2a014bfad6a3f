"""What it means: facts, verdicts, findings, letters and the bulletin."""
