"""What is known of walks in 示范区, the invented district, worked out on the plan in scripts/make_shifan.py."""

from __future__ import annotations

import math
from datetime import datetime
from functools import partial
from typing import NamedTuple

import tenmin as tm

NIGHT, NOON = datetime(2026, 1, 5, 2, 0), datetime(2026, 1, 5, 12, 0)
INF = math.inf
CAREFUL = tm.Walker("careful on stairs", speed_kmh=4.8, stairs_factor=6.0)

Spot = tuple[float, float]


class Case(NamedTuple):
    """A walk from a place to a facility, metres on the plan, and its length in level metres (inf: there is none)."""

    why: str
    start: Spot
    end: Spot
    length: float
    walker: tm.Walker | str = "adult"
    private: str = "residents"
    when: datetime | None = None


adult, wheels = partial(Case), partial(Case, walker="wheelchair")
closed, everybody = partial(Case, private="closed"), partial(Case, private="open")

CASES = [
    adult("a grid of streets 100 m apart", (1400, 700), (1800, 1000), 700),
    adult("inside the grid", (1500, 800), (1700, 900), 300),
    # the superblock 锦绣花园: open in the south, for walkers in the east, locked in the west, shut in the north
    adult("across: the west gate is locked, round by the south gate", (200, 850), (600, 850), 700),
    adult("from inside to the street behind the locked gate", (300, 850), (200, 850), 600),
    adult("the north gate is closed to all", (400, 1000), (400, 700), 700),
    adult("the east gate is private, but for foot=yes", (400, 850), (600, 850), 200),
    # walled yards with one gate each
    adult("a gate without tags", (240, 500), (600, 400), 460),
    closed("a gate without tags", (240, 500), (600, 400), 460),
    adult("access=yes", (320, 500), (600, 400), 380),
    adult("access=private, a resident leaves", (400, 500), (600, 400), 300),
    adult("access=private, a visitor arrives", (600, 400), (400, 500), 300),
    closed("access=private, closed by policy", (400, 500), (600, 400), INF),
    everybody("access=private, open by policy", (400, 500), (600, 400), 300),
    adult("locked=yes", (480, 500), (600, 400), INF),
    everybody("locked=yes stays locked", (480, 500), (600, 400), INF),
    adult("access=no", (560, 500), (600, 400), INF),
    everybody("access=no stays closed", (560, 500), (600, 400), INF),
    adult("opening hours, no moment given", (240, 600), (600, 700), 460),
    adult("opening hours at noon", (240, 600), (600, 700), 460, when=NOON),
    adult("opening hours at two in the night", (240, 600), (600, 700), INF, when=NIGHT),
    closed("private but foot=yes", (320, 600), (600, 700), 380),
    adult("a kissing gate", (400, 600), (600, 700), 300),
    wheels("a kissing gate lets no wheelchair through", (400, 600), (600, 700), INF),
    adult("a turnstile", (480, 600), (600, 700), 220),
    wheels("a turnstile lets no wheelchair through", (480, 600), (600, 700), INF),
    # four compounds between two streets
    adult("private roads are no short cut", (660, 400), (660, 700), 420),
    closed("private roads are no short cut", (660, 400), (660, 700), 420),
    everybody("private roads open by policy", (660, 400), (660, 700), 300),
    adult("a resident of private roads goes north", (660, 550), (660, 700), 150),
    adult("a resident of private roads goes south", (660, 550), (660, 400), 150),
    closed("a resident of private roads stays in", (660, 550), (660, 700), INF),
    adult("inside one private compound", (660, 500), (660, 600), 100),
    adult("from one private compound to the other", (660, 550), (740, 550), 380),
    adult("private gates are no short cut, the open compound is one", (740, 400), (740, 700), 520),
    everybody("private gates open by policy", (740, 400), (740, 700), 300),
    adult("a resident behind private gates", (740, 550), (740, 700), 150),
    closed("a resident behind private gates stays in", (740, 550), (740, 700), INF),
    adult("an open compound is a short cut", (850, 400), (850, 700), 300),
    closed("an open compound is a short cut", (850, 400), (850, 700), 300),
    adult("one gate open, one shut: no short cut", (940, 400), (940, 700), 420),
    everybody("a gate closed to all stays closed", (940, 400), (940, 700), 420),
    adult("one gate open, one shut: out by the open one", (940, 550), (940, 700), 570),
    # sidewalks, crossings and other tags
    adult("the sidewalk is separate on one side only: the street stays", (1080, 700), (1080, 1000), 300),
    adult("separate on both sides: on the sidewalk 8 m beside", (1160, 700), (1160, 1000), 316),
    adult("over the crossing with raised kerbs", (1152, 810), (1168, 810), 36),
    wheels("by the crossing with lowered kerbs", (1152, 810), (1168, 810), 196),
    adult("foot=no, round by the next sidewalk", (1240, 700), (1240, 1000), 444),
    adult("a shared cycleway", (1320, 700), (1320, 1000), 300),
    adult("sand", (700, 0), (700, 200), 200),
    wheels("sand stops wheels", (700, 0), (700, 200), 400),
    adult("oneway:foot with it", (800, 0), (800, 200), 200),
    adult("oneway:foot against it", (800, 200), (800, 0), 400),
    adult("wheelchair=no", (900, 0), (900, 200), 200),
    wheels("wheelchair=no", (900, 0), (900, 200), 400),
    adult("motorroad", (1100, 0), (1100, 200), 400),
    adult("under construction", (1200, 0), (1200, 200), 600),
    adult("a cycleway with foot=no", (1300, 0), (1300, 200), 400),
    # the river and its one bridge
    adult("over the bridge", (1000, 1000), (1000, 1200), 200),
    adult("the path under the bridge does not meet it", (800, 1070), (1000, 1200), 1470),
    adult("no ferry", (1700, 1070), (1700, 1200), 1670),
    # the railway
    adult("over the footbridge, 20 m of it stairs", (400, 200), (400, 400), 240),
    wheels("no stairs: through the underpass", (400, 200), (400, 400), 1400),
    adult("through the underpass", (1000, 200), (1000, 400), 200),
    adult("no leg over the rails", (800, 290), (800, 400), 690),
    adult("no leg into the underpass, but to its mouth", (1050, 320), (1000, 400), 60 + math.hypot(50, 20)),
    # the motorway
    adult("over the motorway", (1000, 1440), (1000, 1600), 160),
    adult("a home beyond the motorway", (950, 1550), (1000, 1440), 160),
    adult("no leg over the motorway", (600, 1510), (600, 1440), INF),
    # the plazas
    adult("round the reflex corner: 50-120-130 and 60-45-75", (1070, 640), (1180, 475), 205),
    adult("straight across: 120-35-125", (1060, 510), (1180, 475), 125),
    adult("straight across: 24-70-74", (1060, 510), (1084, 440), 74),
    adult("round the pond in the middle: 50 + 60 + 50", (1230, 475), (1350, 475), 160),
    adult("round the pond, the other way", (1290, 420), (1290, 530), 80 + 2 * math.hypot(30, 15)),
    adult("across both plazas", (1000, 510), (1400, 475), 445),
    # stairs, ramp and levels
    adult("20 m of stairs", (1520, 500), (1520, 520), 60),
    adult("stairs with what leads to them", (1520, 480), (1520, 560), 120),
    adult("who is slow on stairs takes the ramp", (1520, 500), (1520, 520), 100, walker=CAREFUL),
    wheels("the ramp", (1520, 480), (1520, 560), 160),
    adult("through the arcade below, 20 m of stairs", (1700, 400), (1700, 700), 340),
    wheels("through the arcade below, by two lifts", (1700, 400), (1700, 700), 380),
    adult("the path above the arcade does not meet it", (1690, 530), (1700, 700), 380),
    # the island
    adult("a home beside the island goes to the main network", (400, 1290), (600, 1200), 290),
    adult("what only the island can join is out of reach", (600, 1200), (400, 1320), INF),
    adult("on the island", (400, 1310), (400, 1320), 30),
]
NAMES = [f"{case.why}, {case.private}, {getattr(case.walker, 'name', case.walker)}" for case in CASES]
