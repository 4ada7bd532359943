"""What the catalogue refuses."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal
from velora.kernel.ids import encode


@dataclass(unsafe_hash=True)
class SkuTaken(Refusal):
    code = "catalog.sku_taken"
    status = 409
    title = "Article number taken"
    sku: str

    def detail(self) -> str:
        return f"Another variant of yours has the article number {self.sku}. Give this one its own, or edit the other."


@dataclass(unsafe_hash=True)
class HandleTaken(Refusal):
    code = "catalog.handle_taken"
    status = 409
    title = "Handle taken"
    handle: str

    def detail(self) -> str:
        return f"Another product of yours has the handle {self.handle}. Choose another, or edit that product."


@dataclass(unsafe_hash=True)
class SlugTaken(Refusal):
    code = "catalog.slug_taken"
    status = 409
    title = "Address taken"
    slug: str

    def detail(self) -> str:
        return f"Another category of this marketplace has the address {self.slug}. Choose another."


@dataclass(unsafe_hash=True)
class ProductNotFound(Refusal):
    code = "product.not_found"
    status = 404
    title = "No such product"
    product: str

    def detail(self) -> str:
        return f"There is no product {self.product} here. It may have been withdrawn; search for it, or look through its category."


@dataclass(unsafe_hash=True)
class VariantNotFound(Refusal):
    code = "variant.not_found"
    status = 404
    title = "No such variant"
    variant_id: int

    def detail(self) -> str:
        return "This variant is not offered here. Choose another of the product."

    def facts(self) -> dict[str, object]:
        return {"variant_id": encode("var", self.variant_id)}


@dataclass(unsafe_hash=True)
class CategoryNotFound(Refusal):
    code = "category.not_found"
    status = 404
    title = "No such category"
    category: str

    def detail(self) -> str:
        return f"This marketplace has no category {self.category}. Take one of the list at /categories."


@dataclass(unsafe_hash=True)
class VersionConflict(Refusal):
    code = "catalog.version_conflict"
    status = 412
    title = "Changed meanwhile"
    version: int

    def detail(self) -> str:
        return "Somebody changed this product since you opened it. Load it again and repeat your change."


@dataclass(unsafe_hash=True)
class TooManyPhotos(Refusal):
    code = "catalog.too_many_photos"
    status = 409
    title = "Enough pictures"
    most: int

    def detail(self) -> str:
        return f"A product has at most {self.most} pictures of its own. Remove one first."


@dataclass(unsafe_hash=True)
class PhotoNotFound(Refusal):
    code = "catalog.photo_not_found"
    status = 404
    title = "No such picture"
    photo: str

    def detail(self) -> str:
        return f"This product has no picture {self.photo}. It may have been removed meanwhile; load the product again."


@dataclass(unsafe_hash=True)
class NotForSaleIn(Refusal):
    code = "catalog.not_for_sale_in"
    status = 409
    title = "Not for sale in this currency"
    currency: str
    product: str

    def detail(self) -> str:
        return f"{self.product} has no price in {self.currency}, so it is not for sale in it. Choose another currency."
