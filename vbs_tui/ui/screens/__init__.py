"""One screen a file; the main screen and the dialogs have folders.

A screen asks the app through :class:`vbs_tui.ui.console_app.ConsoleApp`. One that needs nothing but
the console opens by a row of the command table: ``open_screen('module.Class')``.
"""
