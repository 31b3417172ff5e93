-- For wrk: asks for ended logs in turn, every second time with the id of the end record, and counts what is not 204.
-- Arguments: how many logs, that id.
local threads = {}

function setup(thread) table.insert(threads, thread) end

function init(args)
  logs, id, asked, others = tonumber(args[1]), args[2], 0, 0
end

function request()
  asked = asked + 1
  local headers = asked % 2 == 0 and { ["Last-Event-ID"] = id } or nil
  return wrk.format("GET", "/jobs/" .. math.floor(asked / 2) % logs, headers)
end

function response(status)
  if status ~= 204 then others = others + 1 end
end

function done(summary, latency, requests)
  local errors = 0
  for _, count in pairs(summary.errors) do errors = errors + count end
  for _, thread in ipairs(threads) do errors = errors + thread:get("others") end
  io.write(string.format('\n{"requests": %d, "seconds": %f, "errors": %d, "p50_ms": %f, "p99_ms": %f}\n',
    summary.requests, summary.duration / 1e6, errors, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
