"""The queue's own upkeep."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

logger = logging.getLogger(__name__)

RESCUE_CRON = "* * * * *"


@app.periodic(cron=RESCUE_CRON)
@app.task(name="outbox.rescue_stalled_jobs", queueing_lock="outbox.rescue_stalled_jobs", pass_context=True)
async def rescue_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Give the jobs of workers that died (no heartbeat) back to the queue."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        logger.warning("job %s (%s) was left by a dead worker; queued again at %s", job.id, job.task_name, timestamp)
        await manager.retry_job(job)
