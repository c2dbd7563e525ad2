"""The official client conformance runner speaks HTTP only; here our client over pipes is put before it.

``client`` is the client that the runner starts. It opens a session with ``forwarder`` as its server, which passes our
bytes unchanged to the runner's HTTP server, and adds only what belongs to that transport: its headers.
"""
