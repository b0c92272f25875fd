"""Statements that turn declared lines into columns for statistics; run in order by `reading`.

They follow the same rules as the assessment (stage, floor of the day, delivery term), in binary
fractions and without its list of refusals: a line that cannot be dated, priced or weighed drops out.
"""

TYPED = """
CREATE TEMP TABLE typed AS SELECT
    entry_number AS number, TRY_CAST(line_number AS BIGINT) AS line, line_type,
    ref_entry_number AS ref_number, TRY_CAST(ref_line_number AS BIGINT) AS ref_line,
    import_country, TRY_CAST(entry_date AS DATE) AS day, TRY_CAST(export_date AS DATE) AS export_day,
    importer_id AS importer, exporter_id AS exporter, coalesce(related, 'false') = 'true' AS related,
    origin_country AS origin, export_country, hs_code, left(hs_code, 6) AS hs6,
    coalesce(element, 'none') AS element, coalesce(form, '') AS form,
    TRY_CAST(assay_pct AS DOUBLE) AS assay, coalesce(assay_basis, '') AS basis,
    coalesce(TRY_CAST(moisture_pct AS DOUBLE), 0) AS moisture,
    TRY_CAST(net_mass_kg AS DOUBLE) AS net, TRY_CAST(item_value AS DOUBLE) AS value, currency,
    incoterm, coalesce(TRY_CAST(freight AS DOUBLE), 0) AS freight,
    coalesce(TRY_CAST(insurance AS DOUBLE), 0) AS insurance,
    TRY_CAST(fx_rate_declared AS DOUBLE) AS fx_declared, coalesce(invoice_number, '') AS invoice,
    TRY_CAST(invoice_date AS DATE) AS invoice_day, coalesce(preference, 'none') AS preference,
    coalesce(lot_ids, '') AS lots, coalesce(end_use, '') AS end_use,
    coalesce(adjust_reason, '') AS reason
FROM raw WHERE TRY_CAST(entry_date AS DATE) IS NOT NULL
    AND entry_number IS NOT NULL AND TRY_CAST(line_number AS BIGINT) IS NOT NULL
"""

# A line declared twice alike is one line; declared twice differently it is none.
ONCE = """
CREATE TEMP TABLE once AS
WITH twice AS (SELECT number, line FROM typed GROUP BY ALL HAVING count(*) > 1),
     alike AS (SELECT DISTINCT t.* FROM typed t JOIN twice USING (number, line))
SELECT * FROM typed t WHERE NOT EXISTS
    (SELECT 1 FROM twice w WHERE w.number = t.number AND w.line = t.line)
UNION ALL
SELECT * FROM alike a WHERE
    (SELECT count(*) FROM alike b WHERE b.number = a.number AND b.line = a.line) = 1
"""

RATED = """
CREATE TEMP VIEW rated AS
SELECT o.*, m.valuation, CASE WHEN o.currency = 'USD' THEN 1.0 ELSE x.usd_per_unit END AS rate
FROM once o JOIN law_members m ON m.country = o.import_country
    AND o.day >= coalesce(m.valid_from, o.day) AND o.day <= coalesce(m.valid_to, o.day)
LEFT JOIN law_fx x ON x.currency = o.currency
    AND CASE WHEN m.fx_date = 'export' THEN o.export_day ELSE o.day END
        BETWEEN x.valid_from AND x.valid_to
WHERE o.line_type = 'entry' AND o.net > 0 AND o.value >= 0
"""

STAGED = """
CREATE TEMP TABLE staged AS
SELECT r.*, coalesce(c.product, '') AS product, coalesce(f.compound_to_element, 1) AS to_element,
    coalesce(f.element_to_compound, 1) AS to_compound,
    r.net * (1 - r.moisture / 100) AS dry, r.net * (1 - r.moisture / 100) * r.assay / 100 AS inside
FROM rated r LEFT JOIN law_factors f ON f.element = r.element
LEFT JOIN law_coverage c ON c.hs6 = r.hs6 AND c.element = r.element
    AND starts_with(r.hs_code, coalesce(c.hs, '')) AND r.day >= coalesce(c.valid_from, r.day)
    AND r.day <= coalesce(c.valid_to, r.day)
    AND round(CASE WHEN r.basis = c.assay_basis THEN r.assay
                   WHEN c.assay_basis = 'element' THEN r.assay * f.compound_to_element
                   ELSE r.assay * f.element_to_compound END, 4)
        BETWEEN c.assay_from AND CASE WHEN c.assay_to = 100 THEN 100 ELSE c.assay_to - 1e-4 END
WHERE r.rate IS NOT NULL
"""

# A member's own floor takes the place of the common one.
FLOORS = """
CREATE TEMP TABLE floors_of AS
WITH asked AS (
    SELECT DISTINCT product, import_country, day, export_day FROM staged WHERE product <> ''),
offered AS (
    SELECT a.*, f.* EXCLUDE (product, import_country), coalesce(f.import_country, '*') AS whose
    FROM asked a JOIN law_floors f ON f.product = a.product
        AND coalesce(f.import_country, '*') IN (a.import_country, '*')),
standing AS (
    SELECT *, CASE WHEN in_transit_days > 0 AND export_day < valid_from
        AND day < valid_from + CAST(in_transit_days AS INTEGER)
        THEN export_day ELSE day END AS ruled
    FROM offered WHERE day >= valid_from AND (valid_to IS NULL OR day <= valid_to)
    QUALIFY row_number() OVER (PARTITION BY product, import_country, day, export_day
        ORDER BY whose = '*') = 1)
SELECT s.product, s.import_country, s.day, s.export_day, f.version, f.valid_from AS begins,
    f.basis AS floor_basis, f.floor_usd_per_kg AS floor, f.market_usd_per_kg AS market
FROM standing s JOIN offered f ON f.product = s.product AND f.import_country = s.import_country
    AND f.day = s.day AND f.export_day IS NOT DISTINCT FROM s.export_day AND f.whose = s.whose
    AND s.ruled >= f.valid_from AND (f.valid_to IS NULL OR s.ruled <= f.valid_to)
"""

# The most exact row wins, origin before importer; each kind of duty has at most one.
DUTIES = """
CREATE TEMP TABLE duties_of AS
WITH asked AS (SELECT DISTINCT product, import_country, origin, day FROM staged WHERE product <> ''),
best AS (
    SELECT a.*, d.rate AS duty, d.unit, coalesce(d.counts, true) AS counts
    FROM asked a JOIN law_duties d ON d.product = a.product
        AND d.import_country IN (a.import_country, '*') AND d.origin_country IN (a.origin, '*')
        AND a.day >= d.valid_from AND (d.valid_to IS NULL OR a.day <= d.valid_to)
    QUALIFY row_number() OVER (PARTITION BY a.product, a.import_country, a.origin, a.day, d.kind
        ORDER BY d.origin_country = '*', d.import_country = '*') = 1)
SELECT product, import_country, origin, day,
    sum(CASE WHEN counts AND unit = 'pct' THEN duty / 100 ELSE 0 END) AS counted_rate,
    sum(CASE WHEN counts AND unit <> 'pct' THEN duty ELSE 0 END) AS counted_per_kg
FROM best GROUP BY ALL
"""

VALUED = """
CREATE TEMP VIEW valued AS
SELECT s.*, f.version, f.begins, f.floor_basis, f.floor, f.market,
    coalesce(d.counted_rate, 0) AS counted_rate, coalesce(d.counted_per_kg, 0) AS counted_per_kg,
    CASE WHEN s.product = '' OR s.inside IS NULL THEN s.net
         WHEN f.floor_basis = 'product' THEN s.dry
         WHEN f.floor_basis = s.basis OR f.floor_basis IS NULL THEN s.inside
         WHEN f.floor_basis = 'element' THEN s.inside * s.to_element
         ELSE s.inside * s.to_compound END AS chargeable,
    CASE WHEN s.basis = 'compound' THEN s.inside * s.to_element ELSE s.inside END AS contained,
    s.rate * (s.value + CASE WHEN incoterm IN ('EXW', 'FCA', 'FAS', 'FOB') THEN freight + insurance
        WHEN incoterm IN ('CFR', 'CPT') THEN insurance ELSE 0 END) AS cif,
    s.rate * (s.value - CASE WHEN incoterm IN ('EXW', 'FCA', 'FAS', 'FOB') THEN 0
        WHEN incoterm IN ('CFR', 'CPT') THEN freight ELSE freight + insurance END) AS fob
FROM staged s
LEFT JOIN floors_of f ON f.product = s.product AND f.import_country = s.import_country
    AND f.day = s.day
    AND f.export_day IS NOT DISTINCT FROM s.export_day
LEFT JOIN duties_of d ON d.product = s.product AND d.import_country = s.import_country
    AND d.origin = s.origin AND d.day = s.day
"""

HELD = """
CREATE TEMP TABLE held AS
SELECT v.*,
    CASE WHEN coalesce((SELECT value FROM law_parameters WHERE name = 'compared_on'
            ORDER BY valid_from DESC NULLS LAST LIMIT 1), '') = 'cif'
        THEN 0 ELSE counted_rate * CASE WHEN valuation = 'FOB' THEN fob ELSE cif END
            + counted_per_kg * coalesce(contained, 0) END AS counted,
    cif <= coalesce((SELECT TRY_CAST(value AS DOUBLE) FROM law_parameters
        WHERE name = 'small_consignment_usd' ORDER BY valid_from DESC NULLS LAST LIMIT 1), 0) AS small,
    preference = 'bloc' AND origin IN (SELECT country FROM law_members) AS inside_zone
FROM valued v WHERE chargeable > 0
"""

STEPS = (TYPED, ONCE, RATED, STAGED, FLOORS, DUTIES, VALUED, HELD)


NOT_ASSESSED = """
CREATE TEMP TABLE assessed_of AS SELECT '' AS number, 0::BIGINT AS line, 0.0::DOUBLE AS top_up LIMIT 0
"""

ASSESSED = """
CREATE TEMP TABLE assessed_of AS
SELECT entry_number AS number, CAST(line_number AS BIGINT) AS line,
    CAST(any_value(top_up_cents) AS DOUBLE) / 100 AS top_up
FROM assessed WHERE line_type = 'entry' GROUP BY ALL
"""

GOODS = """
SELECT number || '/' || line AS key, h.* EXCLUDE (line_type, ref_number, ref_line, reason),
    (cif + counted) / chargeable AS price,
    coalesce(a.top_up, CASE WHEN floor IS NULL OR small OR inside_zone THEN 0
        ELSE greatest(0, floor * chargeable - cif - counted) END) AS top_up
FROM held h LEFT JOIN assessed_of a USING (number, line) ORDER BY number, line
"""

CHANGES = """
SELECT c.number || '/' || c.line AS key, c.number, c.line, c.line_type, c.reason, c.day,
    c.ref_number || '/' || c.ref_line AS of, c.value * h.rate AS usd, c.value AS amount, h.currency,
    coalesce(c.net, 0) AS net
FROM once c JOIN held h ON h.number = c.ref_number AND h.line = c.ref_line
WHERE c.line_type IN ('credit', 'debit') AND c.value IS NOT NULL
ORDER BY c.number, c.line
"""

PAYMENTS = """
SELECT payment_id AS id, date AS day, payer_id AS payer, payee_id AS payee,
    coalesce(invoice_number, '') AS invoice, coalesce(purpose, '') AS purpose,
    amount, p.currency, amount * CASE WHEN p.currency = 'USD' THEN 1.0 ELSE x.usd_per_unit END AS usd
FROM payments p LEFT JOIN law_fx x ON x.currency = p.currency
    AND p.date BETWEEN x.valid_from AND x.valid_to
WHERE p.currency = 'USD' OR x.usd_per_unit IS NOT NULL
ORDER BY payment_id
"""
