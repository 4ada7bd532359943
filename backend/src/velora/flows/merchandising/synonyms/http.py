"""Routes of synonyms: sets one by one, and all of them as plain text."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field

from velora.flows.merchandising import keeping, knowing
from velora.flows.merchandising.http import hand_of
from velora.kernel.errors import Forbidden, Invalid, NotFound, unrefused
from velora.modules.merchandising import service as merchandising
from velora.modules.merchandising.errors import ChangedMeanwhile, SetTaken, TooManySets, VersionMissing
from velora.modules.merchandising.policy import synonyms as policy
from velora.modules.merchandising.policy.synonyms import MOST_SETS, MOST_TEXT, MOST_WORDS, SynonymSet, tidied
from velora.modules.merchandising.service import Synonyms
from velora.platform.web import HouseDep, MarketplaceAdmin, Schema, Tenant, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn, UnknownHost
from velora.platform.web.versions import IfMatch, tagged, version_of

router = APIRouter(
    prefix="/admin/search/synonyms", tags=["merchandising"], responses=problems(NotSignedIn, Forbidden, BadCsrfToken, UnknownHost)
)

SynonymsId = Annotated[int, ident("syn")]


class SynonymsIn(Schema):
    words: list[str] = Field(min_length=1, max_length=MOST_WORDS, examples=[["sofa", "couch"]])
    to: list[str] = Field(default=[], max_length=MOST_WORDS, description="What the words also find; empty when all mean each other")

    def set(self) -> SynonymSet:
        return tidied(self.words, self.to)


class SynonymsOut(Schema):
    """A set of synonyms; the header `ETag` names its version where one is read alone."""

    id: SynonymsId
    words: list[str]
    to: list[str]
    version: int
    updated_at: datetime

    @classmethod
    def of(cls, one: Synonyms) -> Self:
        return cls(id=one.id, words=list(one.set.words), to=list(one.set.to), version=one.version, updated_at=one.updated_at)


class SynonymsListOut(Schema):
    data: list[SynonymsOut]
    most: int = Field(description="So many sets are kept", examples=[MOST_SETS])


class SynonymsTextIn(Schema):
    text: str = Field(max_length=MOST_TEXT, examples=["sofa, couch, settee\ntv => television\n"])


class WrongLineOut(Schema):
    line: int
    text: str
    problem: str


class SynonymsImportedOut(Schema):
    added: int
    there_already: int
    wrong: list[WrongLineOut]


@router.get("")
async def list_synonyms(tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> SynonymsListOut:
    """The marketplace's sets of synonyms, the oldest first."""
    async with house.db.read(tenant.id) as uow:
        found = await merchandising.synonyms(uow, tenant.id)
    return SynonymsListOut(data=[SynonymsOut.of(one) for one in found], most=MOST_SETS)


@router.post("", status_code=201, responses=problems(SetTaken, TooManySets, Invalid))
async def add_synonyms(
    body: SynonymsIn, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep, reply: Response
) -> SynonymsOut:
    """Say that words mean the same, or that some also find others. Searches know it within two seconds."""
    async with house.db.begin(tenant.id) as uow:
        added = unrefused(await keeping.add_synonyms(uow, hand_of(tenant, caller, request), body.set()))
    knowing.changed(house, tenant.id)
    return SynonymsOut.of(tagged(reply, added))


@router.get("/export", response_class=PlainTextResponse)
async def export_synonyms(tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> PlainTextResponse:
    """All sets as plain text, one a line: `a, b, c`, or `a => b`. The import reads it."""
    async with house.db.read(tenant.id) as uow:
        found = await merchandising.synonyms(uow, tenant.id)
    text = policy.text_of([one.set for one in found])
    return PlainTextResponse(text, headers={"content-disposition": f'attachment; filename="synonyms-{tenant.slug}.txt"'})


@router.post("/import")
async def import_synonyms(
    body: SynonymsTextIn, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep
) -> SynonymsImportedOut:
    """Take every line that says a set. The others come back with what is wrong; what is there already stays as it is."""
    async with house.db.begin(tenant.id) as uow:
        done = await keeping.import_synonyms(uow, hand_of(tenant, caller, request), body.text)
    knowing.changed(house, tenant.id)
    wrong = [WrongLineOut(line=one.line, text=one.text, problem=one.problem) for one in done.wrong]
    return SynonymsImportedOut(added=len(done.added), there_already=done.there_already, wrong=wrong)


@router.get("/{synonyms_id}", responses=problems(NotFound))
async def read_synonyms(synonyms_id: SynonymsId, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep, reply: Response) -> SynonymsOut:
    """One set."""
    async with house.db.read(tenant.id) as uow:
        return SynonymsOut.of(tagged(reply, unrefused(await merchandising.synonym_set(uow, tenant.id, synonyms_id))))


@router.put("/{synonyms_id}", responses=problems(NotFound, SetTaken, ChangedMeanwhile, VersionMissing, Invalid))
async def change_synonyms(
    synonyms_id: SynonymsId,
    body: SynonymsIn,
    request: Request,
    tenant: Tenant,
    caller: MarketplaceAdmin,
    house: HouseDep,
    reply: Response,
    if_match: IfMatch = None,
) -> SynonymsOut:
    """Say something else with a set. Needs the version that you loaded."""
    version = version_of(if_match, VersionMissing)
    async with house.db.begin(tenant.id) as uow:
        hand = hand_of(tenant, caller, request)
        changed = unrefused(await keeping.change_synonyms(uow, hand, synonyms_id, body.set(), version))
    knowing.changed(house, tenant.id)
    return SynonymsOut.of(tagged(reply, changed))


@router.delete("/{synonyms_id}", responses=problems(NotFound))
async def remove_synonyms(
    synonyms_id: SynonymsId, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep
) -> SynonymsOut:
    """Its words mean only themselves again."""
    async with house.db.begin(tenant.id) as uow:
        removed = unrefused(await keeping.remove_synonyms(uow, hand_of(tenant, caller, request), synonyms_id))
    knowing.changed(house, tenant.id)
    return SynonymsOut.of(removed)
