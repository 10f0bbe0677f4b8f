"""AML: what ARGOS's screening found, and the review of each hit. Nothing here reaches the customer or an agent."""
