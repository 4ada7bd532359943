"""Orders as their buyer sees them: what was bought, where it is, and where the money is."""
