"""Rows and lines as pure functions of what they show."""
