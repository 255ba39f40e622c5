"""Runs of the engine: choices, progress, results as views, comparison, decisions per building."""
