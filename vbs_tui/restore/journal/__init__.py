"""The record of every restore: schema, rows, states and their transitions, export.

One SQLite file, shared by all running programs of a user. Imports nothing else of ``restore``.
"""
