"""Installed packs with the days they are in force, the working-day calendar, and the compliance table."""
