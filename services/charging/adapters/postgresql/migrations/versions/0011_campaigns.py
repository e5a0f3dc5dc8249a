"""Commands to many stations, in waves; and requests that are repeated with an idempotency key."""

from alembic import op

revision = "0011"
down_revision = "0010"

TABLES = """
create table campaign (
    id uuid primary key,
    number bigint not null generated always as identity unique,
    company_id text not null,
    name text not null,
    ocpp_version text not null,
    action text not null,
    request json not null,
    wave_size integer not null check (wave_size > 0),
    most_failures integer check (most_failures >= 0),
    hold_seconds integer not null,
    state text not null default 'running' check (state in ('running', 'done', 'stopped')),
    reason text,
    started_at timestamptz not null default now(),
    over_at timestamptz
);
create index campaign_of_company on campaign (company_id, number);
create index campaign_running on campaign (id) where state = 'running';

create table campaign_task (
    campaign_id uuid not null references campaign,
    station_id text not null references station,
    wave integer not null,
    command_id uuid references command,
    primary key (campaign_id, station_id)
);
create index campaign_task_of_station on campaign_task (station_id);

-- Firmware is there when the station says so, whatever it answered.
create view campaign_outcome as
    select task.campaign_id, task.station_id, task.wave, task.command_id,
        coalesce(command.state, 'waiting') as state, command.sent_at, command.over_at,
        command.answer, command.reason, firmware.status as firmware_status,
        case
            when command.state in ('refused', 'unanswered', 'undelivered') then 'failed'
            when command.state <> 'answered' then null
            when command.answer ->> 'status' not in (
                'Accepted', 'AcceptedCanceled', 'RebootRequired', 'Scheduled', 'Unlocked'
            ) then 'failed'
            when command.action not in ('UpdateFirmware', 'SignedUpdateFirmware') then 'succeeded'
            when firmware.status = 'Installed' then 'succeeded'
            when firmware.status is not null or command.sent_at < now() - interval '1 day'
                then 'failed'
        end as outcome
    from campaign_task as task left join command on command.id = task.command_id
    left join lateral (
        select told.status from notification, lateral (
            select notification.received::json ->> 'status' as status
        ) as told
        where notification.station_id = task.station_id
            and notification.received_at >= command.sent_at
            and notification.action in (
                'FirmwareStatusNotification', 'SignedFirmwareStatusNotification'
            )
            and told.status in (
                'Installed', 'DownloadFailed', 'InstallationFailed', 'InstallVerificationFailed',
                'InvalidSignature', 'InvalidCertificate', 'RevokedCertificate'
            )
        order by notification.id desc limit 1
    ) as firmware on command.action in ('UpdateFirmware', 'SignedUpdateFirmware');

create table idempotency_key (
    caller text not null,
    key text not null,
    fingerprint bytea not null,
    asked_at timestamptz not null default now(),
    status integer,
    headers json,
    body bytea,
    primary key (caller, key)
);
create index idempotency_key_by_age on idempotency_key (asked_at);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(TABLES)
