"""The audit: who did what to what, from where. Written once, never changed.

Owns      audit_record
Answers   record, records
Emits     nothing
Ignores   whether it was allowed, and what came of it
"""
