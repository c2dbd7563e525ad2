"""The gate of read calls: which tools may be called in order to read, and why another one may not."""
