"""The browser and system of a session in words."""

import pytest

from submissions.accounts.sessions import device

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (WINDOWS, "Chrome · Windows"),
        (WINDOWS + " Edg/140.0", "Edge · Windows"),
        (WINDOWS + " Whale/4.1", "Whale · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_1) Version/18.1 Safari/605.1.15", "Safari · macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) CriOS/140.0 Safari/604.1", "Chrome · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        ("curl/8.9", "curl/8.9"),
        ("", "–"),
    ],
)
def test_session_names_browser_and_system(user_agent: str, expected: str) -> None:
    assert device(user_agent) == expected
