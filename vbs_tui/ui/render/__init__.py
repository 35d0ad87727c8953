"""Pure functions from a resource to cells and lines of text. No widget, no screen, no clock."""
