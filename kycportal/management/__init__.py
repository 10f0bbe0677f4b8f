"""Commands about the installation; those about submissions live in `submissions.management`."""
