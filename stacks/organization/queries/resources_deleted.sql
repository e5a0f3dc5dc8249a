-- Which resources are gone, and since when
SELECT item.configurationitemcapturetime, item.awsaccountid, item.resourcetype, item.resourceid
FROM fleetcharge_logs.configuration
CROSS JOIN UNNEST(configurationitems) AS items(item)
-- Days are written without leading zeros, so as texts they have no order.
WHERE day IN (
    date_format(current_date - interval '0' day, '%Y/%c/%e'),
    date_format(current_date - interval '1' day, '%Y/%c/%e'),
    date_format(current_date - interval '2' day, '%Y/%c/%e'),
    date_format(current_date - interval '3' day, '%Y/%c/%e'),
    date_format(current_date - interval '4' day, '%Y/%c/%e'),
    date_format(current_date - interval '5' day, '%Y/%c/%e'),
    date_format(current_date - interval '6' day, '%Y/%c/%e')
)
  AND item.configurationitemstatus = 'ResourceDeleted'
ORDER BY 1 DESC
