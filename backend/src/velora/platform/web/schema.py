"""What goes over the wire: prefixed ids, money as minor units with a currency, pages."""

from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from velora.kernel.ids import decode, encode
from velora.kernel.paging import Page

T = TypeVar("T")


class Schema(BaseModel):
    """A document; unknown fields are refused, so that a misspelt one is not silently lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class ident:  # noqa: N801 -- reads as a word in a type: Annotated[int, ident("ord")]
    """Marks an int that stands as `prefix_…` on the wire."""

    prefix: str

    def __get_pydantic_core_schema__(self, source: type[int], handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(self._write, return_schema=core_schema.str_schema())
        )

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        example = encode(self.prefix, 2_236_000_000_000_000_000)
        return {"type": "string", "pattern": f"^{self.prefix}_[0-9A-HJKMNP-TV-Z]{{13}}$", "examples": [example]}

    def _read(self, value: object) -> int:
        if not isinstance(value, int):
            return decode(self.prefix, str(value))
        if not 0 <= value < 1 << 63:
            raise ValueError(f"should be an id of the form {self.prefix}_…")
        return value

    def _write(self, value: int) -> str:
        return encode(self.prefix, value)


class MoneyOut(Schema):
    """An amount in minor units: 1050 EUR is € 10.50."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"amount": 1050, "currency": "EUR"}]})

    amount: int
    currency: str

    @classmethod
    def of(cls, amount_minor: int, currency: str) -> Self:
        return cls(amount=amount_minor, currency=currency)


class PageOut(Schema, Generic[T]):
    """One page of a list; `next_cursor` asks for the following one."""

    data: list[T]
    next_cursor: str | None = None
    has_more: bool = False

    @classmethod
    def of(cls, page: Page[T]) -> Self:
        return cls(data=list(page.data), next_cursor=page.next_cursor, has_more=page.has_more)
