"""Pages of the messages to customers: on a submission, and under Settings."""
