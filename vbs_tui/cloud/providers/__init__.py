"""One folder for each backup service: its calls and how its answers are decoded.

Each implements ``cloud.provider.Provider``. Providers do not import each other.
"""
