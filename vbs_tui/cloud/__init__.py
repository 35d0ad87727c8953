"""What the program knows of clouds. Speaks HTTP; knows no screen and no disk."""
