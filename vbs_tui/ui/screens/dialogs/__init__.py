"""Dialogs that ask for something, and take no key that was pressed before they could be read."""
