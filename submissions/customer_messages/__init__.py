"""Messages to the customer by e-mail and text message: texts, channels, sending."""
