"""Who may come in, and what each may do: accounts, roles, sessions, tokens, limits."""
