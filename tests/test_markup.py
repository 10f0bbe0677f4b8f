"""The suite's pages have the white space of a browser, whatever line breaks their templates have."""

import pytest

from tests.markup import compact


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ('<p\n  class="a  b"\n>\n  One\n  two\n</p>\n<p>x</p>', '<p class="a  b">One two</p><p>x</p>'),
        ("one <b>two</b> three\n<i> four </i>", "one <b>two</b> three <i> four </i>"),
        ("a\n<button\n type=submit\n>\n  Send\n</button>\nb", "a <button type=submit>Send</button> b"),
        ("<div>\n<textarea>\n a\n  b\n</textarea>\n</div>", "<div><textarea>\n a\n  b\n</textarea></div>"),
        ("x\n<br\n/>\ny\n<input\n  name=a\n/>", "x<br/>y <input name=a/>"),
    ],
)
def test_white_space_that_a_browser_drops_is_dropped(written: str, seen: str) -> None:
    assert compact(written) == seen
