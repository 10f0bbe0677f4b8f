"""Import customers from a file: read it, check each row in the background, then create drafts."""
