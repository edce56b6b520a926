"""HTTP and process: the app, its settings, the commands and the embedded servers."""
