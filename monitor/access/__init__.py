"""Who may come in, and what each may do: accounts, roles, sessions, tokens, limits.

Face: ``visitor.Visitor``, ``roles.Permission``, ``users.add_user``, ``signing_in.sign_in``.
"""
