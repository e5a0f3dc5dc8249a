"""JSON that says NUL is kept so that everybody can look into it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from services.charging.domain.ocpp_j.nul_character import says_nul, without_nul


@given(st.lists(st.text(alphabet='\0\\"u0ä\n')))
def test_nul_is_replaced_and_nothing_else(texts: list[str]) -> None:
    payload = json.dumps(texts).encode()
    assert json.loads(without_nul(payload)) == [text.replace("\0", "\ufffd") for text in texts]
    assert says_nul(payload) == any("\0" in text for text in texts)
