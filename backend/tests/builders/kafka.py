"""Topics of a test's own on the real Kafka, gone afterwards."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient

from tests.needs import needs_url
from velora.platform.bus.kafka_cluster import KafkaAddress


@asynccontextmanager
async def a_kafka(partitions: int = 3) -> AsyncGenerator[str]:
    """An address under which nothing is yet; its topics and groups begin with a prefix of their own."""
    url = f"{needs_url('VELORA_TEST_KAFKA_URL').rstrip('/')}/test-{secrets.token_hex(5)}?partitions={partitions}&replication=1"
    address = KafkaAddress.read(url)
    yield url
    admin = AIOKafkaAdminClient(**address.connection())
    await admin.start()
    try:
        mine = [name for name in await admin.list_topics() if name.startswith(address.named(""))]
        if mine:
            await admin.delete_topics(mine)
    finally:
        await admin.close()
