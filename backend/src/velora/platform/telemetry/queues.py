"""Figures of what waits in queues, and of engines: told by whoever reads those for everybody, the worker.

A page of its own: where it is not loaded, as in a process that only serves, nothing is told that nobody has read.
"""

from typing import Final

from prometheus_client import Gauge

outbox_waiting: Final = Gauge("velora_outbox_waiting_events", "Events that are not on the bus yet.")
outbox_age: Final = Gauge("velora_outbox_oldest_event_age_seconds", "Age of the oldest of them; 0 when there is none.")
group_waiting: Final = Gauge("velora_group_waiting_events", "Events on the bus that a group has still to hear: its lag.", ("group",))
group_age: Final = Gauge("velora_group_oldest_event_age_seconds", "Age of the oldest of them; 0 when there is none.", ("group",))
parked: Final = Gauge("velora_parked_events", "Events that wait for a person, by the listener that could not take them.", ("listener",))
parked_age: Final = Gauge("velora_parked_oldest_event_age_seconds", "For how long the first of them has been waiting; 0 without any.")
engine_up: Final = Gauge("velora_engine_up", "1 while the engine answers, as the worker last saw it.", ("engine",))
search_documents: Final = Gauge("velora_search_documents", "What can be found, in the generation that answers.")
search_generations: Final = Gauge("velora_search_generations", "Generations of the index, by stage.", ("stage",))
webhooks_waiting: Final = Gauge("velora_webhook_waiting_deliveries", "Deliveries that wait, of endpoints that are enabled.")
webhooks_age: Final = Gauge("velora_webhook_oldest_delivery_age_seconds", "Age of the oldest of them; 0 when there is none.")
webhooks_failed: Final = Gauge("velora_webhook_given_up_deliveries", "Deliveries that were given up, of the last 30 days.")
letters_waiting: Final = Gauge("velora_letters_waiting", "Letters that wait.")
letters_age: Final = Gauge("velora_letters_oldest_age_seconds", "Age of the oldest of them; 0 when there is none.")
letters_failed: Final = Gauge("velora_letters_given_up", "Letters that were given up and not forgotten yet.")
jobs_waiting: Final = Gauge("velora_jobs_waiting", "Jobs that are due and that nobody has taken.")
jobs_age: Final = Gauge("velora_jobs_oldest_age_seconds", "For how long the first of them has been due; 0 when there is none.")
jobs_again: Final = Gauge("velora_jobs_to_try_again", "Jobs that failed and wait for their next try.")
jobs_failed: Final = Gauge("velora_jobs_given_up", "Jobs that were given up and wait for a person.")
looked_at: Final = Gauge("velora_queues_last_seen_timestamp_seconds", "When the worker last read how the queues and engines stand.")
books_verified: Final = Gauge("velora_ledger_last_verified_timestamp_seconds", "When the books were last doubted; 0 before the first time.")
books_wrong: Final = Gauge("velora_ledger_wrong_checks", "Checks of the books that found something the last time.")
unsealed_age: Final = Gauge("velora_ledger_oldest_unsealed_age_seconds", "Age of the oldest journal that no block seals; 0 without any.")
