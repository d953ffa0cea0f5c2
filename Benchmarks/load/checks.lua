-- wrk: key checks with the keys of KEYS_FILE, one a line. Half of the requests use the first thousand keys, half use any,
-- so that busy keys run through their reserved allowance and idle ones are looked up cold, as in real traffic.
local requests, hot = {}, 1000

function init(arguments)
    for key in io.lines(os.getenv("KEYS_FILE")) do
        requests[#requests + 1] = wrk.format("GET", "/auth/check", { ["X-API-Key"] = key })
    end
    if #requests < hot then hot = #requests end
    math.randomseed(os.time())
end

function request()
    local among = math.random(2) == 1 and hot or #requests
    return requests[math.random(among)]
end

-- A line of its own that a program can read: requests, microseconds, answers that were not 2xx or 3xx, broken connections, percentiles in microseconds.
function done(summary, latency)
    local broken = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, summary.errors.status, broken,
        latency:percentile(50), latency:percentile(99)))
end
