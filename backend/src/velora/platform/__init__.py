"""Technology without business: what the modules stand on."""
