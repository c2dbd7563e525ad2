"""The worker: one thread, one event loop, that owns sessions, pool, authentication, retry and adapters."""
