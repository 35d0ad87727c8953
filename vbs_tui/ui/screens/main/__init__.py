"""The main screen: its five panes, what happens when events arrive, what the keys do."""
