"""Outcomes of campaigns are kept, and judged only when there is news; campaigns pause, tasks are
tried again, and stations hear the request of their own version.
"""

from alembic import op

revision = "0037"
down_revision = "0036"

SCHEMA = r"""
-- JSON with U+FFFD in the place of NUL, as which no text can be read: whoever looks into such JSON
-- fails, at any field. A backslash that is escaped itself begins nothing.
create function without_nul(said text) returns text immutable strict parallel safe language sql as
    $$ select regexp_replace(said, '(?<!\\)((\\\\)*)\\u0000', '\1\\ufffd', 'g') $$;
update notification set received = without_nul(received) where strpos(received, '\u0000') > 0;
update command set answer = without_nul(answer::text)::json,
    request = without_nul(request::text)::json
where strpos(answer::text, '\u0000') > 0 or strpos(request::text, '\u0000') > 0;
update campaign set request = without_nul(request::text)::json
where strpos(request::text, '\u0000') > 0;

alter table campaign drop constraint campaign_state_check, add check (
    state in ('running', 'paused', 'done', 'stopped')
);
-- What is sealed is forgotten at the end, so it cannot be told again.
alter table campaign add has_secrets boolean not null default false;
update campaign set has_secrets = true where sealed is not null or request::text like '%***%';

create table campaign_request (
    campaign_id uuid not null references campaign,
    ocpp_version text not null,
    action text not null,
    request json not null,
    sealed bytea,
    primary key (campaign_id, ocpp_version)
);

alter table campaign_task add attempt integer not null default 1,
    add outcome text check (outcome in ('succeeded', 'failed')),
    add firmware_status text,
    add look_at timestamptz;
update campaign_task set outcome = judged.outcome, firmware_status = judged.firmware_status,
    look_at = case when judged.outcome is null and task.command_id is not null then now() end
from campaign_task as task join campaign_outcome as judged using (campaign_id, station_id)
where campaign_task.campaign_id = task.campaign_id
    and campaign_task.station_id = task.station_id;
create index campaign_task_to_judge on campaign_task (look_at) where look_at is not null;
create index campaign_task_under_way on campaign_task (campaign_id)
    where command_id is not null and outcome is null;
create index campaign_task_waiting on campaign_task (campaign_id, wave) where command_id is null;
create index campaign_task_failed on campaign_task (campaign_id) where outcome = 'failed';

drop view campaign_outcome;
create view campaign_outcome as
    select task.campaign_id, task.station_id, task.wave, task.attempt, task.command_id,
        coalesce(command.state, 'waiting') as state, command.ocpp_version, command.sent_at,
        command.over_at, command.answer, command.reason, task.firmware_status, task.outcome
    from campaign_task as task left join command on command.id = task.command_id;

-- Firmware is there when the station says so, whatever it answered: of this request, where it names
-- one, and until the next. A download that failed may be tried again; whoever says nothing for
-- a day after the last sign, or for a while after the last download failed, has failed.
create view campaign_judgement as
    select task.campaign_id, task.station_id, told.status as firmware_status, told.quiet_until,
        case
            when command.state in ('refused', 'unanswered', 'undelivered') then 'failed'
            when command.state <> 'answered' then null
            when command.answer ->> 'status' not in (
                'Accepted', 'AcceptedCanceled', 'RebootRequired', 'Scheduled', 'Unlocked'
            ) then 'failed'
            when command.action not in ('UpdateFirmware', 'SignedUpdateFirmware') then 'succeeded'
            when told.status = 'Installed' then 'succeeded'
            when told.status in (
                'InstallationFailed', 'InstallVerificationFailed', 'InvalidSignature',
                'InvalidCertificate', 'RevokedCertificate'
            ) then 'failed'
            when told.status = 'DownloadFailed'
                and told.downloads_failed > coalesce((command.request ->> 'retries')::integer, 0)
                then 'failed'
            when told.quiet_until < now() then 'failed'
        end as outcome
    from campaign_task as task join command on command.id = task.command_id
    left join lateral (
        select min(later.sent_at) as sent_at from command as later
        where later.station_id = task.station_id and later.sent_at > command.sent_at
            and later.action in ('UpdateFirmware', 'SignedUpdateFirmware')
    ) as next on true
    left join lateral (
        select latest.*, greatest(
            command.sent_at, latest.last_sign,
            (command.request ->> 'retrieveDate')::timestamptz,
            (command.request #>> '{firmware,retrieveDateTime}')::timestamptz,
            (command.request #>> '{firmware,installDateTime}')::timestamptz
        ) + case when latest.status = 'DownloadFailed' then least(
            interval '1 day',
            make_interval(secs => coalesce((command.request ->> 'retryInterval')::integer, 0))
                + interval '15 minutes'
        ) else interval '1 day' end as quiet_until
        from (
            select (array_agg(sign.status order by sign.id desc))[1] as status,
                max(sign.received_at) as last_sign,
                count(*) filter (where sign.status = 'DownloadFailed') as downloads_failed
            from (
                select id, received_at, received::json ->> 'status' as status,
                    received::json ->> 'requestId' as request_id
                from notification
                where station_id = task.station_id and received_at >= command.sent_at
                    and (next.sent_at is null or received_at < next.sent_at)
                    and action in (
                        'FirmwareStatusNotification', 'SignedFirmwareStatusNotification'
                    )
            ) as sign
            where sign.status <> 'Idle' and (
                sign.request_id is null or command.request ->> 'requestId' is null
                or sign.request_id = command.request ->> 'requestId'
            )
        ) as latest
    ) as told on command.action in ('UpdateFirmware', 'SignedUpdateFirmware');

create function judge_ended_command() returns trigger language plpgsql as $$ begin
    update campaign_task set look_at = now() from fresh
    where campaign_task.command_id = fresh.id and fresh.over_at is not null;
    return null;
end $$;
create trigger command_judged after update on command
    referencing new table as fresh for each statement execute function judge_ended_command();
create trigger undelivered_judged after insert on command
    referencing new table as fresh for each statement execute function judge_ended_command();
create function judge_told_firmware() returns trigger language plpgsql as $$ begin
    update campaign_task set look_at = now() from fresh
    where campaign_task.station_id = fresh.station_id and campaign_task.command_id is not null
        and outcome is distinct from 'succeeded'
        and fresh.action in ('FirmwareStatusNotification', 'SignedFirmwareStatusNotification');
    return null;
end $$;
create trigger firmware_judged after insert on notification
    referencing new table as fresh for each statement execute function judge_told_firmware();
"""


def upgrade() -> None:
    """Judge what there is by the rules of before, and what comes by these."""
    op.execute(SCHEMA)
