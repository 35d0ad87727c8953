"""What is seen here does not hang on how busy the machine is."""

from tests.support.stillness import unhurried

__all__ = ["unhurried"]
