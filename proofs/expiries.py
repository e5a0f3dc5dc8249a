"""Everything that somebody has to decide again or renew by a day, whoever it belongs to."""

import datetime
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from proofs import acknowledgements
from proofs.assembly import Stage
from proofs.markdown import HEAD, Row, table
from proofs.waivers import Waiver

PEM = "-----BEGIN CERTIFICATE-----"
NOTICE = datetime.timedelta(days=60)
"""Before a certificate's end: time to have another one made and put in."""


@dataclass(frozen=True, order=True)
class Expiry:
    """One thing that ends."""

    until: datetime.date
    """The last day on which it holds."""
    owner: str
    kind: str
    what: str


def accepted(stages: Sequence[Stage]) -> list[Expiry]:
    """Acknowledgements, each decision once."""
    return sorted(
        {
            Expiry(
                one.until,
                one.owner,
                "acknowledgement",
                f"`{stage.neutral(one.rule).rpartition('::AwsSolutions-')[2]}` {one.reason}",
            )
            for stage in stages
            for one in acknowledgements.accepted(stage)
            if one.until
        }
    )


def waived(waivers: Sequence[Waiver]) -> list[Expiry]:
    """Losses that somebody decided on."""
    return [
        Expiry(one.until, one.owner, "waiver", f"{one.identity}, {one.change}: {one.reason}")
        for one in waivers
    ]


def certificates(settings: Path, owner: str) -> list[Expiry]:
    """Those that stand in a file of settings; `owner` renews them."""
    with settings.open("rb") as content:
        return [
            Expiry(one.not_valid_after_utc.date(), owner, "certificate", f"`{path}`: {_name(one)}")
            for path, bundle in _bundles(tomllib.load(content))
            for one in x509.load_pem_x509_certificates(bundle.encode())
        ]


def faults(found: Sequence[Expiry], today: datetime.date) -> Iterator[str]:
    """One line for each certificate that has to be renewed by now; others tell it themselves."""
    for one in found:
        if one.kind == "certificate" and one.until - NOTICE < today:
            yield f"{one.what} ends on {one.until} ({one.owner}): renew it"


def page(found: Sequence[Expiry]) -> str:
    """The text of the register: who has to look when, then everything, the nearest first."""
    owners = sorted({one.owner for one in found})
    nearest = [min(one for one in found if one.owner == owner) for owner in owners]
    summary: list[Row] = [
        (one.owner, str(one.until), str(sum(other.owner == one.owner for other in found)))
        for one in sorted(nearest)
    ]
    rows: list[Row] = [(str(one.until), one.owner, one.kind, one.what) for one in sorted(found)]
    return (
        f"{HEAD}\n# What ends\n\n"
        "Decisions that hold until a day, and certificates. An acknowledgement or a waiver after "
        f"its day fails the tests; `make check` tells of a certificate {NOTICE.days} days before "
        "it ends.\n\n"
        f"{table(('owner', 'looks again by', 'things'), summary)}\n"
        f"{table(('until', 'owner', 'kind', 'what'), rows)}\n"
        "Certificates of distributions and load balancers are renewed by ACM; an alarm tells when "
        "one is not ([runbook](../runbooks/certificate-ends.md)).\n"
    )


def _bundles(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text with certificates, by its path in the file."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _bundles(value, f"{path}.{name}".removeprefix("."))
    elif isinstance(node, str) and PEM in node:
        yield path, node


def _name(certificate: x509.Certificate) -> str:
    [name] = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(name.value)
