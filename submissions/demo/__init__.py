"""Sample submissions, sample pictures, and scenarios: only where `accounts.demo.is_allowed`."""
