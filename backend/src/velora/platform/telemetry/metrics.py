"""Every figure that a process tells of itself: docs/operations.md lists them, and a test holds the two against each other.

Names are Prometheus's: a unit at the end, `_total` for what only grows. Labels have few values, known beforehand or by the code: never
a tenant, a person or an id. What waits in queues is on the page beside (queues.py).
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

# From a hundredth of what a page takes to what nobody waits for.
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LONGER: Final = (0.005, 0.05, 0.25, 1.0, 5.0, 20.0, 60.0, 300.0)
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)

# ------------------------------------------------------------------------------------------------ requests

requests: Final = Histogram(
    "velora_http_request_duration_seconds", "Requests, by what was asked and how it ended.", ("method", "route", "status"), buckets=_SECONDS
)

# ------------------------------------------------------------------------------------------------ database

connections_in_use: Final = Gauge(
    "velora_database_connections_in_use", "Connections that a transaction has now.", multiprocess_mode="livesum"
)
round_trips: Final = Counter("velora_database_round_trips", "Questions sent to the database; several writes may travel in one.")
commits: Final = Histogram("velora_database_commit_duration_seconds", "What a commit waits for.", buckets=_SECONDS)
batches: Final = Histogram(
    "velora_group_commit_batch_size", "How many requests one transaction, or one read, served.", ("phase",), buckets=_SIZES
)

# ------------------------------------------------------------------------------------------------ events

relayed: Final = Counter("velora_outbox_relayed_events", "Events that came onto the bus.")
heard: Final = Counter("velora_group_heard_events", "Events that a group of listeners has had.", ("group",))
retries: Final = Counter("velora_group_retries", "Tries to have one event once more, after a listener failed.", ("group",))
dead_letters: Final = Counter("velora_group_dead_letters", "Events that a listener could not take in five tries.", ("group",))

# ------------------------------------------------------------------------------------------------ engines

searches: Final = Histogram(
    "velora_search_duration_seconds", "Questions to the search engine for a page that somebody waits for.", buckets=_SECONDS
)
search_failures: Final = Counter("velora_search_failures", "Questions to the search engine without an answer.")
breaker_open: Final = Gauge(
    "velora_search_breaker_open", "Processes in which nobody asks the search engine for a moment.", multiprocess_mode="livesum"
)
cache_failures: Final = Counter("velora_cache_failures", "Questions to the cache without an answer.")
cache_away: Final = Gauge("velora_cache_away", "Processes that leave the cache alone for a moment.", multiprocess_mode="livesum")

# ------------------------------------------------------------------------------------------------ what leaves

webhook_attempts: Final = Counter("velora_webhook_attempts", "Requests sent to webhook endpoints, by how they ended.", ("outcome",))
letters_sent: Final = Counter("velora_letters", "Letters handed to the mail server, by how that ended.", ("outcome",))

# ------------------------------------------------------------------------------------------------ work and books

loop_runs: Final = Histogram("velora_worker_loop_duration_seconds", "Rounds of the worker's loops.", ("loop",), buckets=_LONGER)
loop_wakeups: Final = Counter("velora_worker_loop_wakeups", "Rounds that began because somebody committed something.", ("loop",))
gives_way: Final = Gauge(
    "velora_worker_gives_way", "1 in a rush, while all cores are busy and the worker takes a small part.", multiprocess_mode="livemax"
)
loop_failures: Final = Counter("velora_worker_loop_failures", "Rounds that failed.", ("loop",))
loop_success: Final = Gauge("velora_worker_loop_last_success_timestamp_seconds", "When a round last ended well.", ("loop",))
