"""The results table: a line-rendering widget over a model of rows that knows nothing of screens."""
