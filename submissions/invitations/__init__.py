"""One link with which the customer does the whole capture on a phone, while the agent watches and sends the steps."""
