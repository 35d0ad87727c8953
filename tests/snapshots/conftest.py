"""What is seen here does not hang on how busy the machine is."""

from tests.stillness import unhurried

__all__ = ["unhurried"]
