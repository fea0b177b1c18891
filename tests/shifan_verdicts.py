"""What is known of the communities of 示范区 against standards, worked out by hand on its plan and its tables.

One letter for each community, in the order of `COMMUNITIES`: p passes, f fails, u cannot be told, - is not asked. A
clause that fails only since the register is complete for its category has n: without that word it is u.
"""

from __future__ import annotations

import math

COMMUNITIES = ("0101", "0102", "0103", "0104", "0105", "0201", "0202", "0203", "0204", "0205")
SUBDISTRICTS = ("01", "02")
COMPLETE = (
    "community_service", "one_stop_hall", "social_affairs", "police", "clinic", "citizens_school", "fitness",
    "elderly_care", "kindergarten", "culture", "sport", "sports_room", "square", "labour_service", "market",
)  # fmt: skip

VERDICTS = {
    "jiaxing_2012": """
        premises         ppppu pnpuf
        room_party       pppup pnppf
        room_office      pppup pnpuf
        room_reading     pppuf pnpup
        room_elderly     ppfup fnpuf
        room_mediation   pfpuf pnpuf
        station_service  ppppp pnppp
        station_social   pppnn pnpnn
        station_police   pnpnp npnpn
        station_health   ppppp pnnpn
        board_affairs    pfpuf fnfuf
        board_publicity  pppup fnfup
        school_citizens  pnnnn npnpn
        place_fitness    pppnp nnnnn
        hall_onestop     pnnnp nnnpn
        elder_homecare   ppppn ppnpn
    """,
    "xuzhou_2017": """
        service_centre         pffpu pnpuf
        hall_onestop           pffup fnfpf
        elder_centre           ppfpn funpn
        elder_room_daycare     ppupn pfnpn
        elder_room_meals       ppupn fpnpn
        elder_room_therapy     pfupn fpnpn
        elder_room_comfort     pfupn fpnpn
        elder_room_activity    pfupn ffppn
        elder_room_reading     pfupn ffnpn
        elder_rooms_separate   pfuun ffnpn
        elder_services         pffup upfpf
        health                 ppppp pnnpn
        kindergarten           pnnpn nppnn
        culture_sport          pppnp pnnpn
        reading                pppuf pnpup
        sports_room            pnnnp nnnpn
        sports_room_walk       pffpp ufpuf
        small_sports_field     pnnnp pnnpn
        small_sports_field_walk pffpp pfpup
        wet_market             nppnp nnnpn
        convenience            puuuu uuuuu
        supermarket            uuuup uuuuu
        veg_shop               upuuu uuuuu
        farm_direct            uupuu uuuuu
        breakfast              puuuu uuuuu
        police_room            pnpnp npnpn
    """,
    "yunmeng_liushiliuyou": """
        premises_500        p-fp- pnpu-
        centre_radius       ppppp ppppp
        room_party          pppup pnppf
        room_remote_edu     pffup fnfuf
        room_reading        pppuf pnpup
        room_science        pffup fnfuf
        room_health         pffuf pnpuf
        room_culture_sport  pfpuf fnfuf
        have_sign           ppppp fpfpu
        have_rules          pppup ppfpf
        have_equipment      pfppp ppfpf
        have_square         pnnnp npnnp
        have_board          pffuf pnpuf
        have_staff          ppffp upfpp
    """,
    "jinan_2008_10min": """
        response              ppfup pfupf
        community_households  pfppf uppff
        service_station       ppppp pnppp
        health                ppppp pnnpn
        police_room           pnpnp npnpn
        culture_centre        pnnnp pnnnn
        fitness_path          pppnp nnnnn
        elder_helpline        pfuuf ppfpf
    """,
    "china_2005_benchmarks": """
        premises        ppppp pnppf
        service_centre  ppppp pnppp
        labour_station  pnppn npnpn
        police_room     pnpnp npnpn
        health_station  ppppp pnnpn
        library_room    pppuf pnpup
    """,
    "shifan_known": """
        clinic_150              ppppp pnnnn
        kindergarten_per_5000   pnnpn nnnnn
        market_minutes          uppfp ufpfp
        square_walk             pffff fpffp
        square_radius           pfppp fpppp
        care_about              ppffn funfn
        premises_each           pfppu pnpuf
        premises_together       ppppu pnpuf
        square_land             pnnnp nfnnp
        square_2000             pnnnp nnnnp
        square_below_10000      pnnnn npnnp
        premises_per_household  pffpu unfuf
        size                    ppppf upppp
        three_rooms_in_one      pffuf fnfuf
        two_of_three_rooms      pppup pnpuf
        one_room_apart          ppuun ppnpn
        two_kinds               pnnnn npnnn
        two_kinds_near          pfppp fppfp
        response                ppfup pfupf
        rules                   pppup ppfpf
        market_t5               nppnn nnnpn
        police_old_new          p-pnp -pup-
        clinic_rural            ----- --u-n
        school_3000             --n-n up---
    """,
}

SUBDISTRICT_VERDICTS = {
    ("jinan_2008_10min", "subdistrict_people"): "pf",
    ("jinan_2008_10min", "service_centre"): "pp",
    ("jinan_2008_10min", "fitness_path_subdistrict"): "pn",
    ("shifan_known", "hall_subdistrict"): "pp",
}

GRADES = {
    "jiaxing_2012": "达标 未达标 基本达标 未达标 未达标 未达标 未达标 未达标 无法判定 未达标",
    "xuzhou_2017": "基本达标 未达标 未达标 未达标 未达标 未达标 未达标 未达标 无法判定 未达标",
    "yunmeng_liushiliuyou": "达标 未达标 未达标 无法判定 未达标 未达标 未达标 未达标 无法判定 未达标",
    "jinan_2008_10min": "达标 达标 未达标 无法判定 达标 达标 未达标 无法判定 达标 未达标",
    "china_2005_benchmarks": " ".join(["无法判定"] * 10),
}

MINUTES = {
    # the walk of the last of a community, in metres of the plan, by 80 to the minute; stairs count three times
    "sports_room_walk": (500, 1200, math.inf, 530, 465, 970, 920, 490, 1120, 860),
    "small_sports_field_walk": (500, 1200, math.inf, 530, 255, 350, 920, 480, 1040, 780),
}
BEYOND = {
    # who is not within the limit
    "sports_room_walk": (0, 2000, 1000, 0, 0, 4000, 4000, 0, 6000, 1300),
    "small_sports_field_walk": (0, 2000, 1000, 0, 0, 0, 4000, 0, 2500, 0),
}

# Across the plaza: from where 广场北路 meets it, (1070, 640), to the square 人民广场 at (1060, 510).
ACROSS = math.hypot(10, 130)
# Round the pond: from the south entry of its plaza, (1290, 420), by the corner (1260, 435) to the west one.
ROUND = math.hypot(30, 15) + 50
KNOWN_VALUES = {
    "market_minutes": tuple(
        metres / 80 for metres in (840, 300, 160, 320 + ACROSS + 200, 295, 800, 700, 400, 600, 380)
    ),
    "square_walk": (400, 1170, math.inf, 560, 565, 680 + ROUND + 175, 150, 460 + ACROSS, 1000, 20),
    "square_radius": (
        200, math.hypot(540, 510), math.hypot(180, 300), math.hypot(260, 300), math.hypot(335, 140),
        math.hypot(740, 40), 150, math.hypot(260, 340), math.hypot(400, 160), 20,
    ),
    "two_kinds_near": (
        400, math.hypot(540, 510), math.hypot(180, 300), math.hypot(260, 300), math.hypot(335, 140),
        math.hypot(740, 40), math.hypot(50, 450), math.hypot(260, 340), 600, 380,
    ),
    "kindergarten_per_5000": (2 / 1.64, 0, 0, 1, 0, 0, 1 / 1.86, 1 / 1.22, 0, 0),
    "premises_per_household": (1200 / 29.5, 380 / 16, 350 / 36, 25, 300 / 43, math.nan, 0, 700 / 29, 7.5, 24.125),
}  # fmt: skip

COMBINED = {
    # what the map service and OpenStreetMap add to the register, in categories for which that is not complete
    "jiaxing_2012": {},
    "xuzhou_2017": {
        ("0203", "supermarket"): "pass",
        **{(area, "convenience"): "pass" for area in ("0201", "0202", "0204")},
    },
    "yunmeng_liushiliuyou": {},
    "jinan_2008_10min": {},
    "china_2005_benchmarks": {},
}
