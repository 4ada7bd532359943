"""Pages that read from several modules and change nothing: one package per area."""
