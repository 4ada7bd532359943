"""What identity refuses."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class EmailTaken(Refusal):
    code = "identity.email_taken"
    status = 409
    title = "This e-mail address has an account"
    email: str

    def detail(self) -> str:
        return f"{self.email} has an account already, which works on every marketplace here. Sign in with it."


@dataclass(unsafe_hash=True)
class WrongCredentials(Refusal):
    """Says the same for a wrong password and for an address without an account."""

    code = "identity.wrong_credentials"
    status = 401
    title = "E-mail or password is wrong"

    def detail(self) -> str:
        return "This e-mail address and this password do not belong together. Check both, or register."


@dataclass(unsafe_hash=True)
class AccountBlocked(Refusal):
    code = "identity.account_blocked"
    status = 403
    title = "This account is blocked"

    def detail(self) -> str:
        return "This account was blocked by an administrator. Ask the marketplace to look into it."


@dataclass(unsafe_hash=True)
class Throttled(Refusal):
    """Too many attempts; `retry_after` is in seconds."""

    code = "identity.throttled"
    status = 429
    title = "Too many attempts"
    retry_after: int

    def detail(self) -> str:
        minutes = -(-self.retry_after // 60)
        return f"There were too many attempts. Wait {minutes} minute{'' if minutes == 1 else 's'}, then try again."


@dataclass(unsafe_hash=True)
class NoSuchAccount(Refusal):
    code = "identity.no_such_account"
    status = 404
    title = "No such account"
    email: str

    def detail(self) -> str:
        return f"There is no account with the address {self.email}. Ask the person to register first."
