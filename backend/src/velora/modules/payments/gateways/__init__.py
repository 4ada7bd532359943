"""Payment gateways: the port, and an adapter for each."""
