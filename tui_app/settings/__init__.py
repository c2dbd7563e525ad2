"""Settings: config file, profiles, recents, paths."""
