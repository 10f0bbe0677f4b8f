"""Drafts, images and sending the steps, at the desk and on a customer's phone."""
