"""The main screen, a class in steps: ``layout``, ``updates`` by events, ``open_screens``,
``restore_action``, and ``main_screen`` with the other keys."""
