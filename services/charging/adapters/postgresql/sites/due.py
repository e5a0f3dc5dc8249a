"""What a site's plan is to hear of its stations: the begin of statements, which go on with more.

A statement of its own would cost a group of boots or connections another way there and back.
"""

from typing import LiteralString

SITES_DUE: LiteralString = """
    with due as (
        select site_id from site_planning where due_at > now() and site_id in (
            select station.site_id from station where id = any(%(stations)s)
        ) order by site_id for update
    ), planned_anew as (
        update site_planning set due_at = now() where site_id in (select site_id from due)
    )
"""
"""In one order, or two nodes would wait for each other. A look for such sites comes soon."""
PROFILES_FORGOTTEN: LiteralString = """
    , forgotten_default as (
        update station_default set default_ma = null, refused_at = null
        where station_id = any(%(stations)s)
            and (default_ma is not null or refused_at is not null)
    ), forgotten_profile as (
        update session_profile set accepted_plan = null, doubtful_ma = null, refused_at = null
        from session
        where session.id = session_id and ended_at is null and station_id = any(%(stations)s)
    )
"""
"""What stations took before they booted, or were told to forget, holds no longer: a session's
profile ends with the power, and another machine may stand in a station's place. What it refused
before it may take now."""
