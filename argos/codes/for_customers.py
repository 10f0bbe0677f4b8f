"""Sentences for the customer about a retry. The customer's own page shows them, so all its languages have them."""

from argos.words import N_

CLEAR = N_("Please lay the ID flat in good light and hold the camera still, so that every line is sharp.")
ONE_ID = N_("Please show the front and the back of the same ID.")
ORIGINAL = N_("We need the original ID, not a screen or a copy.")
BOTTOM_LINES = N_("Please show the whole page, with the two printed lines at the bottom.")
BARCODE = N_("Please show the back of the licence, with the whole barcode.")
VALID_ID = N_("This ID is no longer valid. Do you have another one that is?")
NO_REFLECTION = N_("Please tilt the ID a little, so that no lamp or window shines on it.")
FACE = N_("Please look straight into the camera, in even light, without glasses, hat or mask.")
LIVE_PERSON = N_("Please take the selfie again yourself: whole face, some space around it, even light.")
