"""Who works on which submission, and when: claims, assignments and snoozes."""
