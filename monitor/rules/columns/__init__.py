"""Rules about columns: whether they are kept up to date, and what of them a person must look at."""
