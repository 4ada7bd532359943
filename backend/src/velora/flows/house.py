"""The house with those whom it trades with: the payment gateway and the bank."""

from dataclasses import dataclass

from velora.modules.payments.gateways.port import Gateway
from velora.modules.payouts.gateways.port import Bank
from velora.platform.house import House


@dataclass(frozen=True, kw_only=True)
class TradingHouse(House):
    gateway: Gateway
    bank: Bank
