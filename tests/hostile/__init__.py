"""Generated hostile inputs. Seed and number determine each one, so that it can be repeated."""
