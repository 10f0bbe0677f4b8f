"""Training records of people: entered and removed by others, and a reminder before one ends."""
