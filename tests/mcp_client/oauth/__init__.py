"""Tests of OAuth as pure functions and of the listener for its redirect."""
