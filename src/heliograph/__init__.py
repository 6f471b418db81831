"""Heliograph: administrative enforcement in the open (阳光执法)."""
