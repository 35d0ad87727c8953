"""What the cloud said, as far as the screen knows it. Imports no widget and no screen."""
