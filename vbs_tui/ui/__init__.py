"""The Textual console: shows what the cloud said and asks the operator. Speaks no HTTP.

May import ``restore``, the seam of ``cloud`` (provider, resources, errors) and ``codes``.
"""
