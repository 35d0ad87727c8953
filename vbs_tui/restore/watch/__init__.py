"""After a request: looking at job, volume and backup, and the verdict that follows from them."""
