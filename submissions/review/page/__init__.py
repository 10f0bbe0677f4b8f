"""What the review page shows besides rows: attempts with their scores, values side by side, shares near a score."""
