"""The search form: one line when it is closed, every field when it is open."""
