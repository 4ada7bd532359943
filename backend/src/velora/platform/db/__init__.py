"""The system of record: tables, the unit of work with its tenant guard, group commit, outbox and partitions."""

from velora.platform.db.base import ACROSS_TENANTS, Base, SellerOwned, TenantOwned, scoped
from velora.platform.db.database import Database
from velora.platform.db.errors import CheckFailed, Deadlock, Duplicate, LateRefusal, UnscopedStatement, WrongTenant
from velora.platform.db.uow import UnitOfWork

__all__ = [
    "ACROSS_TENANTS",
    "Base",
    "CheckFailed",
    "Database",
    "Deadlock",
    "Duplicate",
    "LateRefusal",
    "SellerOwned",
    "TenantOwned",
    "UnitOfWork",
    "UnscopedStatement",
    "WrongTenant",
    "scoped",
]
