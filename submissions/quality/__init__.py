"""Quality checks of decisions: the sample, the second look without the decision, findings, and their figures."""
