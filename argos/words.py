"""Mark a sentence for translation without translating it; this package knows no language and no Django.

`kycportal.strings` collects what `N_` marks; the code that shows it translates it (`submissions.core.vendor_text`).
"""


def N_(text: str) -> str:
    return text
