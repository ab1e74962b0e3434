"""Settings, addresses and the server's entry point: the only floor that knows every room."""
