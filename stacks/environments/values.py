"""What a single value of ``environments.toml`` may be; a wrong one is told in words."""

import ipaddress
import re
from typing import Annotated, Literal

from cryptography import x509
from pydantic import AfterValidator, Field


def matching(pattern: str, meaning: str) -> AfterValidator:
    """A check that answers with what is meant rather than with a regular expression."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} is not {meaning}")
        return value

    return AfterValidator(check)


def has_valid_check_digits(iban: str) -> str:
    """ISO 13616: the rearranged number, letters as 10 to 35, leaves 1 when divided by 97."""
    if int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 != 1:
        raise ValueError(f"{iban!r} has wrong check digits")
    return iban


def is_a_private_network(value: str) -> str:
    """A private IPv4 network of 65,536 addresses, by its first."""
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not an IPv4 network: {error}") from error
    if not network.is_private or network.prefixlen != 16:
        raise ValueError(f"{value!r} is not a private /16, such as 10.20.0.0/16")
    return value


def are_authorities(bundle: str) -> str:
    """One certificate of an authority after another, in PEM."""
    try:
        found = x509.load_pem_x509_certificates(bundle.encode())
    except ValueError as error:
        raise ValueError(f"is no bundle of certificates in PEM: {error}") from error
    for certificate in found:
        try:
            basics = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        except x509.ExtensionNotFound:
            basics = None
        if basics is None or not basics.value.ca:
            name = certificate.subject.rfc4514_string()
            raise ValueError(f"'{name}' is no authority's certificate (basic constraint CA)")
    return bundle


Account = Annotated[str, matching(r"\d{12}", "an account number: 12 digits, in quotes")]
Zone = Annotated[str, matching(r"eu-central-1[abc]", "one of eu-central-1a, -1b, -1c")]
Email = Annotated[str, matching(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")]
DomainName = Annotated[str, matching(r"([a-z0-9-]{1,63}\.)+[a-z]{2,63}", "a domain in lower case")]
Line = Annotated[str, matching(r"\S(.{0,68}\S)?", "one line of 1 to 70 characters")]
PartnerName = Annotated[str, matching(r"[a-z][a-z0-9-]{1,39}", "a partner's name in lower case")]
CompanyName = Annotated[str, matching(r"[a-z][a-z0-9-]{1,39}", "a company's name in lower case")]
CapacityUnits = Annotated[float, Field(ge=0, le=256, multiple_of=0.5)]
"""Aurora capacity units (about 2 GiB of memory each)."""
InsideService = Literal["ecr.api", "ecr.dkr", "logs", "monitoring", "secretsmanager", "sqs", "xray"]
"""A service of AWS that programs inside the network call, as in its endpoint's name."""
TimeOfDay = Annotated[str, matching(r"([01]\d|2[0-3]):[0-5]\d", "a time of day, such as 07:30")]
HttpsAddress = Annotated[
    str, matching(r"https://([a-z0-9-]{1,63}\.)+[a-z]{2,63}(/[\w./~-]*)?", "an address by https")
]
SecretArn = Annotated[
    str,
    matching(
        r"arn:aws:secretsmanager:eu-central-1:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}",
        "the whole ARN of a secret in eu-central-1, with its last six characters",
    ),
]
KeptDays = Annotated[int, Field(ge=7, le=400)]
"""The locks of the backup account's vaults allow no other."""
