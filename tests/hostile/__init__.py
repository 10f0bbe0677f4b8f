"""Generated hostile inputs: each is made from the seed and its number alone, so that any one can be made again."""
