"""Finance lets a buyer pay on invoice up to a limit, and says when what was awaited never came."""
