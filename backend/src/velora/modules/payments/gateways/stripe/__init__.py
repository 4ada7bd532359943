"""Stripe behind the port: `gateway` asks through Stripe's own library, `answers` says what its answers mean."""
