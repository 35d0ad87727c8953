"""The list widget: which rows there are (model), the cursor, the lines that are drawn."""
