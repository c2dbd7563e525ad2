"""Adapters: pure translators between criteria and tickets on one side, tool calls and results on the other."""
