"""The house in a seeded world: the real code, with clock, gateway, bank, bus, disk and crashes under control.

From one number everything follows: what people want, when, who is served first, which request is lost, which commit is never heard of,
which process dies between which two steps. So a seed that fails once fails for ever, with the same steps, until it is mended.

    loop.py        an event loop whose time is a number: nothing is waited for
    driver.py      SQLite in that loop, with the file's lock, and the moments before and after a commit
    world.py       dice, clock, temper (how often which fault comes), processes that can be killed, and the trace of every step
    gateway.py     the payment gateway of another company, and the bad line to it; bank.py the same for payouts
    banks.py       the buyers' banks, which take back what was charged, and decide
    desk.py        finance, which reads what came past every gateway, and sends back what goes past it
    notices.py     what the gateway tells by itself: late, twice, out of order, never
    town.py        where every seed begins;  people.py who acts in it;  run.py a seed's days, and the quiet after them
    evidence.py    what can be known from outside;  claims.py what must be true in the end, claims_of_tenders.py of disputes and
                   credit, claims_of_later.py of what is paid later
    mutations.py   defects planted into the running code, and the two pages after it; the simulation must find each

What runs is the house: flows, services, repositories, SQL, group commit, idempotency, relay and reactions, on the real schema. What does
not: routes, MySQL, cache, search, mail. Those have tests of their own; what needs two engines or real processes is in tests/chaos.

    pytest backend/tests/simulation                                  200 seeds, and every mutation
    VELORA_SIM_SEEDS=10000 pytest backend/tests/simulation -n 2      the long run
    VELORA_SIM_SEED=17 pytest backend/tests/simulation -k claims_hold  this seed alone, exactly as it was
"""
