"""Taking tickets elsewhere: clipboard, browser, pager, editor, files."""
