"""Drawn faces and ID cards of people who do not exist; each picture says SPECIMEN."""
