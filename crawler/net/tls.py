"""What TLS the doors speak: today's, or for marked sites the last century's; and which TLS fault it
was, in words."""

from __future__ import annotations

import re
import ssl
import warnings

LEGACY_SERVER_CONNECT = 0x4
"""OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT: servers without secure renegotiation (RFC 5746) are
spoken to."""
FAULT = re.compile(
    r"\[(?:SSL|X509)?:?\s?([A-Z][A-Z0-9_ ]{3,60})\]|SSL routines'?,\s*'[^']*',\s*'([^']{3,80})'"
)
REASON = re.compile(r"certificate verify failed: ([^(\n]{3,80})")
OLD = (
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "UNSUPPORTED_PROTOCOL", "WRONG_VERSION_NUMBER", "DH_KEY_TOO_SMALL",
    "EE_KEY_TOO_SMALL", "CA_MD_TOO_WEAK", "WRONG_SIGNATURE_TYPE", "NO_CIPHERS_AVAILABLE", "NO_PROTOCOLS_AVAILABLE",
    "HANDSHAKE_FAILURE", "PROTOCOL_VERSION", "INSUFFICIENT_SECURITY", "NO_SHARED_CIPHER", "BAD_ECPOINT",
    "INTERNAL_ERROR", "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED",
)  # fmt: skip
"""Faults that a server of the last century gives; a longer or shorter spelling of one counts as
well."""


def any_certificate() -> ssl.SSLContext:
    """Today's TLS. Old and self-signed certificates are looked past: the pages are public.

    What a portal's certificate is worth is another question than what its columns show.
    """
    # The default context would read every authority of the machine first, to ask none of them.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def last_century() -> ssl.SSLContext:
    """TLS 1.0 and up, weak keys and ciphers, legacy renegotiation: only for sites marked
    ``legacy_tls``.

    What a modern server is offered stays in it, so a renewed server is spoken to in its own way.
    """
    context = any_certificate()
    context.options |= LEGACY_SERVER_CONNECT
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of TLS 1.0: that is what is asked for
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


def fault_of(error: BaseException) -> str:
    """Which TLS fault ``error`` was, as OpenSSL names it, with the setting that may help; empty
    when it says nothing."""
    text = " ".join(
        repr(one) for one in (error, error.__cause__, error.__context__) if one is not None
    )
    match = FAULT.search(text)
    name = (match[1] or match[2]).strip().upper().replace(" ", "_") if match else ""
    if reason := REASON.search(text):
        return f"certificate verify failed: {reason[1].strip()}"
    if not name:
        return "certificate" if "certificate" in text.lower() else ""
    old = any(word in name for word in OLD)
    return f"{name}; legacy_tls: true on the site may help" if old else name
