-- Who was refused what, most often first
SELECT useridentity.arn, eventsource, eventname, count(*) AS times
FROM fleetcharge_logs.events
WHERE day >= date_format(current_date - interval '7' day, '%Y/%m/%d')
  AND errorcode IN ('AccessDenied', 'UnauthorizedOperation', 'Client.UnauthorizedOperation')
GROUP BY 1, 2, 3
ORDER BY times DESC
LIMIT 100
