"""The journals of all marketplaces: found, and one told whole."""
