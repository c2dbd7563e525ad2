"""The ticket pane: one ticket as lines, plain at once, rendered from Markdown shortly after."""
