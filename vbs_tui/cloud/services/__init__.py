"""What every provider needs: identity, catalog, volumes, lists read page by page, fields of JSON.

May import ``cloud.http`` and the seam (``provider``, ``resources``, ``errors``, ``request_log``).
"""
