"""Servers that are reached over HTTP: the Streamable HTTP transport of both eras, over httpx2."""
