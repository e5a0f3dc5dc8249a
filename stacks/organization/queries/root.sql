-- What root users did
SELECT eventtime, recipientaccountid, eventsource, eventname, sourceipaddress
FROM fleetcharge_logs.events
WHERE day >= date_format(current_date - interval '7' day, '%Y/%m/%d')
  AND useridentity.type = 'Root'
ORDER BY eventtime DESC
