"""The record of every restore on this machine: schema, rows, states and their transitions, export.

One SQLite file, shared by all running programs of a user.
"""
