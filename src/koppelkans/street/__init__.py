"""Which street is opened when, by whom, and what it becomes: assets and works, the works calendar, street space, and what planning together saves."""
