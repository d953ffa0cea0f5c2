-- `http-request lua.reconcile HOST:PORT`: asks reconcile's key check about the request, for haproxy.cfg beside this file.
--
-- A pass sets X-Key-Id, X-Key-Policy, X-Key-Scopes and X-Workspace-Id for the API, and variables of the transaction with the
-- limits for the client. A denial is answered as reconcile wrote it; without an answer nothing passes.

local credentials = { "authorization", "x-api-key" }
local identity = { "x-key-id", "x-key-policy", "x-key-scopes", "x-workspace-id" }
local limits = { "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit-policy", "ratelimit" }
-- What belongs to the connection to reconcile, and not to its answer.
local own = { connection = true, date = true, ["content-length"] = true, ["keep-alive"] = true, ["transfer-encoding"] = true }

-- All values of a header, in order; HAProxy counts them from 0 and takes lists from 1.
local function values(headers, name)
    local list = {}
    local found = headers[name]
    if found then
        local index = 0
        while found[index] do
            list[#list + 1] = found[index]
            index = index + 1
        end
    end
    return list
end

core.register_action("reconcile", { "http-req" }, function(txn, address)
    local client = txn.http:req_get_headers()
    local question = {
        ["host"] = { address },
        ["x-forwarded-for"] = { txn.f:src() },
        ["x-required-scope"] = { txn:get_var("txn.required_scope") },
    }
    -- All of them: reconcile refuses a request with two different keys.
    for _, name in ipairs(credentials) do
        local list = values(client, name)
        if #list > 0 then question[name] = list end
    end

    local answer = core.httpclient():get { url = "http://" .. address .. "/auth/check", headers = question }

    if answer.status == 200 then
        for _, name in ipairs(identity) do
            txn.http:req_set_header(name, values(answer.headers, name)[1] or "")
        end
        for _, name in ipairs(limits) do
            local value = values(answer.headers, name)[1]
            if value then txn:set_var("txn." .. name:gsub("-", "_"), value) end
        end
        return
    end

    local reply = txn:reply()
    if answer.status == 401 or answer.status == 403 or answer.status == 429 then
        reply:set_status(answer.status)
        for name in pairs(answer.headers) do
            if not own[name] then
                for _, value in ipairs(values(answer.headers, name)) do reply:add_header(name, value) end
            end
        end
        reply:set_body(answer.body)
    else
        reply:set_status(503)
        reply:add_header("Content-Type", "application/json")
        reply:add_header("Retry-After", "1")
        reply:set_body('{"statusCode":503,"error":"Service Unavailable","message":"the API key cannot be checked now; try again","code":"state_unavailable"}')
    end
    txn:done(reply)
end, 1)
