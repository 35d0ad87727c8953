"""VBS, the Volume Backup Service of Open Telekom Cloud: backups, restores, jobs."""
