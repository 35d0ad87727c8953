"""The list widget: rows (``row_model``), drawing (``row_view``), cursor, keys (``row_list``)."""
