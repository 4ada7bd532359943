"""One order's money from the buyer's card to wherever it is now, posting by posting."""
