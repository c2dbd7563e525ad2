"""Changing tickets: what can be changed, forms, the preview that alone sends, and what came of it."""
