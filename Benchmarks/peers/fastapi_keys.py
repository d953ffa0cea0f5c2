"""The same as most teams would write it: FastAPI, and Redis asked once a check. REDIS_URL says where."""

import hashlib
import os
import time

import redis.asyncio
from fastapi import FastAPI, Request, Response

app = FastAPI()
store = redis.asyncio.from_url(os.environ["REDIS_URL"])
LIMIT = 1_000_000_000


@app.get("/auth/check")
async def check(request: Request):
    key = request.headers.get("x-api-key", "")
    digest = hashlib.sha256(key.encode()).hexdigest()
    now = int(time.time())
    async with store.pipeline(transaction=False) as pipe:
        pipe.exists(f"key:{digest}")
        pipe.incr(f"hour:{digest}:{now // 3600}")
        pipe.incr(f"day:{digest}:{now // 86400}")
        known, hour, day = await pipe.execute()
    if not known:
        return Response(status_code=401)
    if hour > LIMIT or day > LIMIT:
        return Response(status_code=429)
    return Response(headers={"X-RateLimit-Limit": str(LIMIT), "X-RateLimit-Remaining": str(LIMIT - max(hour, day))})
