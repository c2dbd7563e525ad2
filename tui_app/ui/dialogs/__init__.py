"""Screens that lie over the browse screen: lists to pick from, help, the server pane."""
