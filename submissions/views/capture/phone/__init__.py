"""The customer's phone: a link for one picture, and an invitation to the whole capture; each with the agent's side."""
