"""Letters out of the house.

Port       port.py
Adapters   smtp.py (a mail server), folder.py (a mailbox folder, embedded)
"""

from velora.platform.mail.port import Letter, LetterRefused, Mail, MailAway, Mailbox

__all__ = ["Letter", "LetterRefused", "Mail", "MailAway", "Mailbox"]
