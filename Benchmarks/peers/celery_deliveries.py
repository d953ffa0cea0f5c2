"""Deliveries as most teams would write them: a Celery task over Redis that signs and posts with requests."""

import hashlib
import hmac
import os

import celery
import requests

app = celery.Celery(broker=os.environ["REDIS_URL"])
app.conf.update(task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=64, broker_connection_retry_on_startup=True)
session = requests.Session()
session.trust_env = False


@app.task(autoretry_for=(requests.RequestException,), retry_backoff=True, max_retries=3)
def deliver(body):
    signature = hmac.new(b"whsec_benchmark", body.encode(), hashlib.sha256).hexdigest()
    session.post(
        os.environ["RECEIVER"], data=body, headers={"Content-Type": "application/json", "X-Webhook-Signature": signature}, timeout=30
    ).raise_for_status()


if __name__ == "__main__":
    # celery_deliveries.py BODIES COUNT: queues that many deliveries.
    import sys

    with open(sys.argv[1]) as file:
        bodies = file.read().splitlines()
    with app.connection_for_write() as connection, app.amqp.Producer(connection) as producer:
        for i in range(int(sys.argv[2])):
            app.send_task("celery_deliveries.deliver", (bodies[i % len(bodies)],), producer=producer)
