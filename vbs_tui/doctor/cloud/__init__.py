"""The checks that need a log-in: project, token, endpoints, lists, VBS, roles."""
