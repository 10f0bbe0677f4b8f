"""Sample customers: names that nobody has, each with a document that the field checks accept."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from submissions.demo.pictures import cards

# Country: its word for a specimen as family name, then given names of women and of men.
NAMES = {
    "KOR": (
        "Gyeonbon",
        ("Minseo", "Jiwoo", "Haeun", "Soyeon", "Yuna", "Nari", "Bora", "Dahye", "Sumin"),
        ("Jihoon", "Minjun", "Dohyun", "Taeyang", "Seojun", "Hyunwoo", "Jaemin", "Siwoo", "Kangmin"),
    ),
    "JPN": ("Mihon", ("Sakura", "Aoi", "Yui", "Hina"), ("Ren", "Haruto", "Sota", "Kaito")),
    "VNM": ("Mauthu", ("Linh", "Thao", "Mai"), ("Minh", "Quang", "Duc")),
    "USA": ("Specimen", ("Olivia", "Grace", "Hannah"), ("Noah", "Ethan", "Caleb")),
    "DEU": ("Muster", ("Lena", "Clara", "Greta"), ("Jonas", "Emil", "Felix")),
    "MEX": ("Ejemplo", ("Lucia", "Camila"), ("Mateo", "Diego")),
    "IND": ("Namuna", ("Ananya", "Priya"), ("Arjun", "Rohan")),
    "CAN": ("Sample", ("Chloe", "Zoe"), ("Liam", "Lucas")),
}
ORDER = ("KOR", "KOR", "JPN", "KOR", "VNM", "USA", "KOR", "DEU", "KOR", "IND", "MEX", "CAN")


@dataclass(frozen=True)
class Customer:
    """`number`: from 0; it determines everything about the person."""

    number: int

    @property
    def country(self) -> str:
        return ORDER[self.number % len(ORDER)]

    @property
    def _place(self) -> int:
        """Return which one of its country it is, from 0."""
        return sum(ORDER[number % len(ORDER)] == self.country for number in range(self.number))

    @property
    def gender(self) -> str:
        return ("female", "male")[self._place % 2]

    @property
    def given(self) -> str:
        names = NAMES[self.country][1 + self._place % 2]
        return names[self._place // 2 % len(names)]

    @property
    def name(self) -> str:
        return f"{self.given} {NAMES[self.country][0]}"

    @property
    def email(self) -> str:
        return f"{self.given}.{NAMES[self.country][0]}{self.number}@example.com".lower()

    @property
    def id_type(self) -> str:
        return "passport"

    @cached_property
    def reading(self) -> dict[str, str]:
        """Return the values that ARGOS reads from the document, under the names of its replies."""
        chance = random.Random(self.number)  # noqa: S311
        born = date(1958, 1, 1) + timedelta(days=chance.randrange(16_000))
        since = date(2021, 1, 1) if self.country == "KOR" else date(2019, 1, 1)  # a design without resident number
        issued = since + timedelta(days=chance.randrange(1_250))
        return {
            "fullName": self.name,
            "birthDate": born.isoformat(),
            "nationality": self.country,
            "issueDate": issued.isoformat(),
            "documentNumber": f"M{chance.randrange(10_000_000, 99_999_999)}",
            "expireDate": (issued + timedelta(days=3_652)).isoformat(),
            "gender": self.gender,
        }

    def pictures(self) -> tuple[bytes, bytes]:
        return self.card(), self.selfie()

    def card(self) -> bytes:
        read = self.reading
        shown = {
            "name": read["fullName"],
            "date_of_birth": read["birthDate"],
            "document_number": read["documentNumber"],
            "date_of_issue": read["issueDate"],
            "date_of_expiry": read["expireDate"],
        }
        return cards.id_card(self.number, self.country, self.id_type, shown, self.gender)

    def selfie(self, number: int = 1) -> bytes:
        return cards.selfie(self.number, number, self.gender)
