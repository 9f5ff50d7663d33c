"""Passwords are kept out of logs, health, fault texts and whatever else a person or another machine reads.

Two ways, since libraries quote addresses as they please: what looks like an address is shown without user, password
and unknown parameters; and passwords that were once met are remembered, and hidden wherever they turn up, also in
another percent-encoding.
"""

from __future__ import annotations

import logging
import re
import threading
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

HIDDEN = "***"

_SCHEMES = r"(?:rtsps?|rtmps?|rtp|srt|udp|tcp|https?|mqtts?|wss?|ftps?|s3|postgresql(?:\+\w+)?)"
_URL = re.compile(rf"\b{_SCHEMES}:/{{1,3}}[^\s\"'<>`，。；、（）]+", re.IGNORECASE)
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):/{1,3}")  # with one slash it is a slip of the hand
# Every repetition is bounded: a text of megabytes must not take time by its square.
_USER_AT_HOST = re.compile(r"(?<![\w/])[^\s/:@\"'=]{1,100}:[^\s/@\"']{1,200}@(?=[\w\[])")
_SECRET_NAME = r"(?:pass|pwd|psw|token|secret|credential|口令|密码)[\w-]{0,30}[\"']?\s{0,4}"
_NAMED = re.compile(rf"(?i)({_SECRET_NAME}=\s{{0,4}}[\"']?)([^\s&;,\"'}}\])]+)")
_NAMED_IN_YAML = re.compile(rf"(?i){_SECRET_NAME}[:=]\s{{0,4}}[\"']?([^\s&;,\"'}}\])]+)")
_ANY_URL = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{0,20}:/{1,3}[^\s\"'<>]+")
_ANY_USER = re.compile(r"(?<![^\s/@\"'={\[,:])[^\s/:@\"'={\[,]{1,100}:([^\s/@\"']{1,200})@")
_PLAIN_PARAMETER = re.compile(
    r"(?i)^(?:channel|channelid|ch|chn|chid|camera|cam|subtype|stream|streamtype|streamid|profile|track|trackid|res"
    r"|resolution|width|height|fps|codec|unicast|proto|transportmode|real_stream|media|type|quality|id)"
    r"=[A-Za-z0-9._-]{1,16}$"
)
_PARAMETERS = re.compile(r"[?#]|(?<=/)[^/?#]*=")
_LIKE_A_KEY = re.compile(r"^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_-]{20,}$")  # in a path, a stream's secret name

_LEAST_CHARS = 4  # hiding "a" everywhere would leave nothing to read
_MOST_CHARS = 200
_SCANNED_CHARS = 500_000
_WORD_CHARS = 8  # a shorter one is hidden only where it stands alone

_lock = threading.Lock()
_known: set[str] = set()
_pattern: re.Pattern[str] | None = None


def remember(secret: str) -> None:
    """Hide `secret` (a password or the like) from now on, in every percent-encoding of it."""
    global _pattern  # noqa: PLW0603
    if len(secret) > _MOST_CHARS:
        return
    plain = unquote(secret)
    forms = {secret, plain, unquote_plus(secret), quote(plain), quote(plain, safe=""), quote_plus(plain)}
    forms = {form for form in forms if _LEAST_CHARS <= len(form) <= _MOST_CHARS}
    with _lock:
        if forms <= _known:
            return
        _known.update(forms)
        longest_first = sorted(_known, key=len, reverse=True)
        _pattern = re.compile("|".join(_alone(form) for form in longest_first))


def _alone(form: str) -> str:
    escaped = re.sub(r"%([0-9A-Fa-f]{2})", lambda m: f"%(?i:{m[1]})", re.escape(form))
    return escaped if len(form) >= _WORD_CHARS else rf"(?<![A-Za-z0-9]){escaped}(?![A-Za-z0-9])"


def redact(text: str) -> str:
    """Return a text without passwords: those that are known, and whatever stands in an address where one may stand."""
    if _pattern is not None:
        text = _pattern.sub(HIDDEN, text)
    if "://" in text or ":/" in text:
        text = _URL.sub(lambda match: shown_address(match[0]), text)
    if "@" in text:
        text = _USER_AT_HOST.sub("", text)
    return _NAMED.sub(rf"\g<1>{HIDDEN}", text) if "=" in text else text


def redact_all(value: Any) -> Any:
    """Redact every text in a JSON value."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: redact_all(one) for key, one in value.items()}
    return [redact_all(one) for one in value] if isinstance(value, list | tuple) else value


def shown_address(address: str) -> str:
    """Return an address for people: without user and password, and of its parameters only those that are harmless."""
    scheme, _, host, rest = _split(address)
    if not scheme:  # a file's path, or an address whose scheme was forgotten
        return _NAMED.sub(rf"\g<1>{HIDDEN}", host + rest)
    return scheme + host + _shown_rest(rest)


def remember_address(address: str) -> None:
    """Remember what is secret in an address."""
    _, user, _, rest = _split(address)
    name, _, password = user.partition(":")
    remember(password or name)
    for part in re.split(r"[/?&;#]", rest):
        key, is_set, value = part.partition("=")
        if is_set and not _PLAIN_PARAMETER.match(part) and not re.match(r"(?i)^(user|usr|account|login)", key):
            remember(value)


def remember_secrets_in(text: str) -> None:
    """Remember all that looks like a password in a text that is no address: a configuration with mistakes in it."""
    text = text[:_SCANNED_CHARS]
    for url in _ANY_URL.findall(text):
        remember_address(url.rstrip(",;}])"))
    for password in _ANY_USER.findall(text):
        remember(password)
    for value in _NAMED_IN_YAML.findall(text):
        if value.lower() not in ("true", "false", "null", "none"):
            remember(value)


class RedactingFormatter(logging.Formatter):
    """Redacts whole log records, exceptions with their texts included."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        return redact(super().format(record))


def _split(address: str) -> tuple[str, str, str, str]:
    """Take an address apart: scheme with its slashes, user and password, host and port, the rest.

    A '/', '?' or '#' in a password ought to be percent-encoded and is not always: what follows up to the last '@' then
    belongs to the password.
    """
    match = _SCHEME.match(address)
    scheme = match[0] if match else ""
    body = address[len(scheme) :]
    end = next((index for index, letter in enumerate(body) if letter in "/?#"), len(body))
    at = body.rfind("@", 0, end)
    host = body[at + 1 : end]
    later = body.rfind("@")
    if later > at and not _is_host(host, has_user=at >= 0):
        at = later
        end = next((index for index in range(at, len(body)) if body[index] in "/?#"), len(body))
    return scheme, body[: max(at, 0)], body[at + 1 : end], body[end:]


def _is_host(text: str, *, has_user: bool) -> bool:
    """Return whether this is a host and not a user with the beginning of a password."""
    name, colon, port = text.partition(":")
    if text.startswith("[") or (not colon and not has_user):
        return True
    return (not colon or port.isdigit()) and ("." in name or name == "localhost")


def _shown_part(part: str) -> str:
    name, dot, suffix = part.partition(".")
    return HIDDEN + dot + suffix if _LIKE_A_KEY.match(name) else part


def _shown_rest(rest: str) -> str:
    """Keep the path; of parameters (also of those that some cameras have in the path) keep the harmless ones."""
    found = _PARAMETERS.search(rest)
    begin = found.start() if found else len(rest)
    path = "/".join(_shown_part(part) for part in rest[:begin].split("/"))
    if not found:
        return path
    parts = re.split(r"([/?&;#])", rest[begin:])
    kept: list[str] = []
    for separator, part in zip(["", *parts[1::2]], parts[::2], strict=True):
        fine = not part or _PLAIN_PARAMETER.match(part) or (separator in ("/", "?") and "=" not in part and "." in part)
        shown = part if fine else HIDDEN
        if shown != HIDDEN or not kept or not kept[-1].endswith(HIDDEN):
            kept.append(separator + shown)
    return path + "".join(kept)
