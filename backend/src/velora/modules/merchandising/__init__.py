"""Merchandising: what a marketplace wants its search to know, and what people have looked for there.

Owns      merchandising_state, merchandising_synonyms, merchandising_rule, merchandising_query
Answers   edition, wishes, add_synonyms, change_synonyms, remove_synonyms, add_rule, change_rule, remove_rule, deny, denied, count,
          popular, most_frequent, forget_old
Emits     nothing
Ignores   what a product is and whether it is on sale, who searched, and how an engine compares words
"""
