"""Store credit: goodwill is given, and buyers and finance see what there is and where it came from."""
