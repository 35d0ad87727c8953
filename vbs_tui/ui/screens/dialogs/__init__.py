"""Dialogs that ask for something. Most ignore keys pressed before they could be read."""
