"""All checks that need the network: those before a log-in, then those with one."""

from __future__ import annotations

from vbs_tui.clock import SystemClock
from vbs_tui.cloud.auth.credentials import AccessKeyCredentials
from vbs_tui.cloud.config.cloud_settings import CloudSettings
from vbs_tui.cloud.connection import CloudConnection
from vbs_tui.cloud.provider import Ask
from vbs_tui.doctor.cloud.checks import check_log_in
from vbs_tui.doctor.finding import Finding, failed
from vbs_tui.doctor.network.checks import check_network
from vbs_tui.restore.refusals import defect_failure


async def check_online(settings: CloudSettings, ask: Ask, findings: list[Finding]) -> None:
    """Append to *findings* as they are made, so that those of an interrupted run are not lost.

    *ask*: puts the log-in's questions to the operator.
    """
    signs = isinstance(settings.credentials, AccessKeyCredentials)
    clock = SystemClock()
    report = await check_network(settings.auth_url, settings.tls, clock, signs=signs)
    findings += report.findings
    if not report.can_log_in:
        return
    connection = CloudConnection(settings, ask=ask)
    try:
        async for finding in check_log_in(connection, settings, clock.now()):
            findings.append(finding)
    except Exception as error:
        # The error's own text may hold anything, so it is not shown.
        failure = defect_failure("look at the cloud", error, clock.now())
        findings.append(failed("defect", failure.message, failure.hint))
    finally:
        await connection.aclose()
