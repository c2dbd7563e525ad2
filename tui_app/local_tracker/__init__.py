"""The embedded tracker: an SQLite store and its MCP server, run as a process of its own."""
