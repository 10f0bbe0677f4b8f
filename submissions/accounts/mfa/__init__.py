"""Second factors: policy, secrets, codes."""
