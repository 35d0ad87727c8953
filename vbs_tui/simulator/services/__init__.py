"""The simulated services, one a file: identity, volumes, backups, restores."""
