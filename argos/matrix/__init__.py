"""What each issuing country and ID type needs, in which form."""

from argos.matrix.options import ADDRESS_CODES, GENDERS, ID_TYPES, STEP2_ID_TYPES, STRUCTURED_ADDRESS, Options

__all__ = ["ADDRESS_CODES", "GENDERS", "ID_TYPES", "STEP2_ID_TYPES", "STRUCTURED_ADDRESS", "Options"]
