"""Processes that the program starts, and their end: nothing that was started here outlives the program."""
