-- wrk: every key of KEYS_FILE once, in order; with one thread. After the last it starts again.
local requests, position = {}, 0

function init(arguments)
    for key in io.lines(os.getenv("KEYS_FILE")) do
        requests[#requests + 1] = wrk.format("GET", "/auth/check", { ["X-API-Key"] = key })
    end
end

function request()
    position = position % #requests + 1
    return requests[position]
end

-- As in checks.lua.
function done(summary, latency)
    local broken = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, summary.errors.status, broken,
        latency:percentile(50), latency:percentile(99)))
end
