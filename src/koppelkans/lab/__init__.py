"""The policy laboratory: what do reforms of dated rules do to households, to the project of a place and to public budgets?"""
