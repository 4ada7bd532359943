"""Files in our own folder, reached through us by whoever has a ticket. A bucket is reached by itself, and nobody comes here."""
