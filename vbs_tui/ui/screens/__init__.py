"""One screen a file, its style beside it. It asks the app through a protocol."""
