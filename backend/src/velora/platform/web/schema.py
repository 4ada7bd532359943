"""What goes over the wire: prefixed ids, money as minor units with a currency, pages."""

from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from velora.kernel.ids import decode, encode
from velora.kernel.paging import Page

T = TypeVar("T")


class Schema(BaseModel):
    """A document; unknown fields are refused, so that a misspelt one is not silently lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def ident(prefix: str) -> Any:
    """The type of an id that stands as `prefix_…` on the wire and is an int inside."""

    def read(value: object) -> int:
        return value if isinstance(value, int) else decode(prefix, str(value))

    return Annotated[
        int,
        BeforeValidator(read),
        PlainSerializer(lambda id_: encode(prefix, id_), return_type=str),
        WithJsonSchema(
            {"type": "string", "pattern": f"^{prefix}_[0-9A-HJKMNP-TV-Z]{{13}}$", "examples": [encode(prefix, 2_236_000_000_000_000_000)]}
        ),
    ]


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
