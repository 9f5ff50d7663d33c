"""An address that may hold a password: shown without it, unless it is asked for by name."""

from __future__ import annotations

from typing import Any

from pydantic import GetCoreSchemaHandler, SerializationInfo
from pydantic_core import CoreSchema, core_schema

from protocol.redaction import remember_address, shown_address

REVEAL = {"reveal": True}
"""Pydantic's `context` that has addresses written out whole, for a file that nobody else may read."""


class SecretUrl:
    """The address of a camera or a broker. Its text and its repr have no user, password or token in them."""

    __slots__ = ("_address",)

    def __init__(self, address: str) -> None:
        self._address = address
        remember_address(address)

    def reveal(self) -> str:
        """Return the whole address, for the library that connects."""
        return self._address

    def __str__(self) -> str:
        return shown_address(self._address)

    def __repr__(self) -> str:
        return f"SecretUrl({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretUrl) and other._address == self._address

    def __hash__(self) -> int:
        return hash(self._address)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        of_text = core_schema.no_info_after_validator_function(cls, core_schema.str_schema())
        return core_schema.json_or_python_schema(
            json_schema=of_text,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), of_text]),
            serialization=core_schema.plain_serializer_function_ser_schema(_serialize, info_arg=True),
        )


def _serialize(value: SecretUrl, info: SerializationInfo) -> str:
    return value.reveal() if (info.context or {}).get("reveal") else str(value)
