"""Who somebody is and what they may do: users, roles, rights, sign-in, own data."""
