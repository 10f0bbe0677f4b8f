"""Who works on which submission, and when: claims, assignments, escalations and snoozes."""
