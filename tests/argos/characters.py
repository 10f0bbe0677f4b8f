"""Texts with full-width and invisible characters, and the forms that ARGOS accepts."""

SAME = {
    "full-width digits and hyphen": ("\uff11\uff19\uff19\uff10\uff0d04-12", "1990-04-12"),
    "full-width letters": ("\uff2d\uff11\uff12", "M12"),
    "full-width address": ("\uff4b\uff49\uff4d\uff20example.com", "kim@example.com"),
    "half-width kana": ("\uff76\uff9e\uff6f", "ガッ"),
    "zero-width space": ("\uae40\u200b\ubbfc\uc9c0", "김민지"),
    "direction mark": ("\u200e1990-04-12\u200f", "1990-04-12"),
    "soft hyphen": ("Ander\u00adson", "Anderson"),
    "byte order mark": ("\ufeffM1", "M1"),
    "hyphens": ("1\u20102\u20113\u20124\u20135\u22126", "1-2-3-4-5-6"),
    "hyphens of a Japanese and of a Korean keyboard": ("12\u30fc34\u316156", "12-34-56"),
    "spaces": ("\u3000Kim\u00a0Min\u2009Ji ", "Kim Min Ji"),
    "letter and accent apart": ("Nu\u0301n\u0303ez", "Núñez"),
    "bold digits of a styled text": ("\U0001d7cf\U0001d7d0", "12"),
    "joiner between Korean letters": ("김\u200c민지", "김민지"),
    "variant behind a letter that has none": ("Kim\ufe0f", "Kim"),
}

AS_IT_IS = [
    "ジャン・ポール",
    "サリー",  # the long vowel is a letter, not a hyphen
    "علی\u200cرضا",
    "क्\u200dष",
    "葛\U000e0100城",
    "O’Brien",
    "ㅋ",
    "Henry Ⅷ",
    "Mª José",
    "Gal·la",
]
