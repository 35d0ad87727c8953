"""One folder for each backup service: its calls, and how its responses are decoded.

Each implements ``cloud.provider.Provider``. A provider may import ``cloud.services``,
``cloud.http`` and the seam, but no other provider.
"""
