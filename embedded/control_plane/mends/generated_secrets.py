"""A secret that a stack generates is made of the characters that its template asks for.

MiniStack looks at the length and at ``ExcludeCharacters``, and draws by a generator that can be
foretold. Here ``GetRandomPassword`` makes it, which takes the same options
(``GenerateSecretString``), each included type of character among them unless it says otherwise.
"""

import json
from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
_NUMBERS = ("PasswordLength",)
_TEXTS = ("ExcludeCharacters",)


def mend() -> None:
    """Wherever a template's secret gets its value."""
    theirs = provisioners._sm_secret_string

    def secret_string(properties: Properties) -> str:
        options = dict(properties.get("GenerateSecretString") or {})
        if not options or properties.get("SecretString"):
            return str(theirs(properties))
        template = options.pop("SecretStringTemplate", None)
        key = options.pop("GenerateStringKey", None)
        password = _password(options)
        return json.dumps({**json.loads(template), key: password}) if template else password

    provisioners._sm_secret_string = secret_string


def _password(options: Properties) -> str:
    """Raises `ValueError` with what the API answers."""
    given = {name: _typed(name, value) for name, value in options.items()}
    status, _, body = secretsmanager._get_random_password(given)
    answer = json.loads(body)
    if status >= 400:
        raise ValueError(f"GenerateSecretString: {answer.get('message', answer)}")
    password: str = answer["RandomPassword"]
    return password


def _typed(name: str, value: Any) -> Any:
    if name in _NUMBERS:
        return int(value)
    return value if name in _TEXTS else str(value).lower() == "true"
