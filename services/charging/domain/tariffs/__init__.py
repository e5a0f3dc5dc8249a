"""Tariffs that sites publish for whoever charges there without a contract (AFIR, article 5). Pure.

They are Tariff objects of OCPI 2.2.1 (section 11), as far as charging can rate them exactly by what
it knows of every session: its energy, its begin and its end.
"""
