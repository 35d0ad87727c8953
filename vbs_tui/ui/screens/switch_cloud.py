"""The list of clouds while one is open: choosing another one opens it in place of this one."""

from __future__ import annotations

from vbs_tui.threads import in_thread
from vbs_tui.ui.cloud_choices import Choice, CloudsUnreadable, mark_open_cloud
from vbs_tui.ui.console_app import ConsoleApp
from vbs_tui.ui.screens.clouds import CloudsScreen


class SwitchCloudScreen(CloudsScreen):
    """Reads the configured clouds when it opens."""

    def __init__(self, console_app: ConsoleApp) -> None:
        self._console_app = console_app
        watched = len(console_app.store.watched_here())
        many = "1 restore" if watched == 1 else f"{watched} restores"
        title = f"Clouds · another cloud leaves {many} unwatched" if watched else "Clouds"
        super().__init__(console_app.clock, self._switch, title=title)

    def on_mount(self) -> None:
        # On the app: this screen may close before the files are read.
        self.app.run_worker(
            self._read(),
            exclusive=True,
            group="clouds",
            exit_on_error=False,
            description="read the clouds",
        )

    async def _read(self) -> None:
        try:
            # A home directory on a network that hangs must not keep the program from ending.
            choices = await in_thread(self._console_app.read_choices)
        except CloudsUnreadable as error:
            self.show_error(str(error))
        else:
            self.show_choices(mark_open_cloud(choices, self._console_app.open_cloud))

    def _switch(self, choice: Choice | None) -> None:
        if self.app.screen is not self:
            return  # a prompt of the log-in lies on top, or a cloud is chosen already
        self.dismiss(None)
        if choice is not None:
            self._console_app.go_to(choice)
