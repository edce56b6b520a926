"""What must hold of counters, as SQL that finds what breaks it; probes as in `siyu.ledger.invariants`."""

from siyu.ledger.invariants import Probe

HELD = "What a counter holds is what reservations hold"
CONFIRMED = "What was confirmed is used"
EXTRA = "What operators added to a stock is what they wrote down"
COUNTED = "A reservation is counted somewhere"
CAPPED = "A cap has let through no more than its limit ever was"

KEY = "campaign_id, counter, subject, bucket"
COUNTERS = """(
    SELECT campaign_id, name AS counter, subject, bucket, used, held, extra FROM counter
    WHERE campaign_id > $1 AND campaign_id <= $2
) AS counted"""

# Every cap that a campaign has or had, and the counter it is kept in (siyu.campaigns.caps).
CAPS = """(
    SELECT campaign_id, '$' || concat_ws('.', cap->>'measure', cap->>'unit', cap->>'scope', cap->>'period') AS counter,
           max((cap->>'limit')::bigint) AS highest
    FROM (SELECT id AS campaign_id, terms FROM campaign WHERE id > $1 AND id <= $2
          UNION ALL SELECT campaign_id, terms FROM campaign_revision
                    WHERE campaign_id > $1 AND campaign_id <= $2) AS agreed
    CROSS JOIN LATERAL jsonb_array_elements(terms->'caps') AS cap
    GROUP BY 1, 2
) AS capped"""

COUNTER_PROBES = (
    Probe(
        HELD,
        "campaign",
        f"""
        SELECT format('counter %s of campaign %s (%s, %s) holds %s; its reservations hold %s', counter, campaign_id,
                      subject, bucket, coalesce(held, 0), coalesce(reserved, 0))
        FROM {COUNTERS}
        FULL JOIN (SELECT {KEY}, sum(amount) AS reserved FROM reservation
                   WHERE state = 'held' AND campaign_id > $1 AND campaign_id <= $2 GROUP BY {KEY}) AS held
            USING ({KEY})
        WHERE coalesce(held, 0) <> coalesce(reserved, 0)
        """,
    ),
    Probe(
        CONFIRMED,
        "campaign",
        f"""
        SELECT format('counter %s of campaign %s (%s, %s) has used %s; %s were confirmed', counter, campaign_id,
                      subject, bucket, used, confirmed)
        FROM {COUNTERS}
        JOIN (SELECT {KEY}, sum(amount) AS confirmed FROM reservation
              WHERE state = 'confirmed' AND campaign_id > $1 AND campaign_id <= $2 GROUP BY {KEY}) AS bought
            USING ({KEY})
        WHERE used < confirmed
        """,
    ),
    Probe(
        EXTRA,
        "campaign",
        f"""
        SELECT format('counter %s of campaign %s (%s, %s) has %s beyond its limit; %s was written down', counter,
                      campaign_id, subject, bucket, coalesce(extra, 0), coalesce(noted, 0))
        FROM {COUNTERS}
        FULL JOIN (SELECT {KEY}, sum(difference) AS noted FROM stock_change
                   WHERE campaign_id > $1 AND campaign_id <= $2 GROUP BY {KEY}) AS changed
            USING ({KEY})
        WHERE coalesce(extra, 0) <> coalesce(noted, 0)
        """,
    ),
    Probe(
        CAPPED,
        "campaign",
        f"""
        SELECT format('counter %s of campaign %s (%s, %s) has %s; its limit was never above %s', counter, campaign_id,
                      subject, bucket, used, coalesce(highest, 0))
        FROM {COUNTERS} LEFT JOIN {CAPS} USING (campaign_id, counter)
        WHERE starts_with(counter, '$') AND used > coalesce(highest, 0)
        """,
    ),
    Probe(
        COUNTED,
        "reservation",
        """
        SELECT format('reservation %s is of counter %s, which is not there', id, counter) FROM reservation
        WHERE id > $1 AND id <= $2 AND NOT EXISTS (
            SELECT FROM counter WHERE counter.campaign_id = reservation.campaign_id AND name = reservation.counter
                AND counter.subject = reservation.subject AND counter.bucket = reservation.bucket)
        """,
    ),
)
