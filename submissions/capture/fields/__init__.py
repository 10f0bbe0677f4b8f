"""The fields of the capture form: definitions, merging, comparison with the values read, MRZ."""
