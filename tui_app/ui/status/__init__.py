"""The two lines at the bottom: how things are, and which keys work here."""
