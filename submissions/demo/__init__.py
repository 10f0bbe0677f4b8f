"""Sample submissions, sample pictures, and scenarios; used only if `accounts.demo.is_allowed`."""
