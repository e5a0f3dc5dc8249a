-- Who took the break-glass role, and from where
SELECT eventtime, useridentity.arn, sourceipaddress, errorcode
FROM fleetcharge_logs.events
WHERE day >= date_format(current_date - interval '7' day, '%Y/%m/%d')
  AND eventname = 'AssumeRole'
  AND requestparameters LIKE '%/fleetcharge-break-glass%'
ORDER BY eventtime DESC
