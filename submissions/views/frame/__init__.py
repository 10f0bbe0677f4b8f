"""The frame of every page: the menu, its counts, notifications, and the error pages."""
