-- Changes of roles, policies and users
SELECT eventtime, recipientaccountid, useridentity.arn, eventname, requestparameters
FROM fleetcharge_logs.events
WHERE day >= date_format(current_date - interval '7' day, '%Y/%m/%d')
  AND eventsource = 'iam.amazonaws.com'
  AND readonly = 'false'
ORDER BY eventtime DESC
