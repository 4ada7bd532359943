"""Commission: what the operator takes of a sale, by which rule, and why that one.

Owns      commission_rule
Answers   resolve, rules, write (create, change, retire), conformity
Emits     commission.rule_changed.v1
Ignores   who pays it and when: it names an amount for a line
"""
