"""The frame of every page: the menu, its counts, notifications, and the pages of errors."""
