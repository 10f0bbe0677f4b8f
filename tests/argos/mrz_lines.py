"""Machine-readable lines of fictitious passports."""

from argos import mrz

LINES = "P<KORTESTCASE<<MINSEO<EUN<<<<<<<<<<<<<<<<<<<\n"


def passport(number: str = "M12345678", born: str = "900203", expires: str = "350101", sex: str = "F") -> str:
    """Return two lines with valid check digits."""
    upper = LINES.strip()
    parts = [f"{text}{mrz.check_digit(text)}" for text in (number, born, expires, "<" * 14)]
    body = f"{parts[0]}KOR{parts[1]}{sex}{parts[2]}{parts[3]}"
    lower = body + str(mrz.check_digit(body[0:10] + body[13:20] + body[21:43]))
    return f"{upper}\n{lower}"


UPPER = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"

LOWER = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
