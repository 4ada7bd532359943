"""Banks that payouts can be sent through: `port` says what any of them must do."""
