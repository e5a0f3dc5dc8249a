-- What was deleted, and by whom
SELECT eventtime, recipientaccountid, useridentity.arn, eventsource, eventname, requestparameters
FROM fleetcharge_logs.events
WHERE day >= date_format(current_date - interval '7' day, '%Y/%m/%d')
  AND eventname LIKE 'Delete%'
  AND errorcode IS NULL
ORDER BY eventtime DESC
