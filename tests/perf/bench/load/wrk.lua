-- For wrk: prints its figures as JSON. With an argument, each connection waits between two requests, for so many
-- milliseconds on average.
function init(args)
  if args[1] then
    local most = 2 * tonumber(args[1])
    delay = function() return math.random(0, most) end
  end
end

function done(summary, latency, requests)
  local errors = 0
  for _, count in pairs(summary.errors) do errors = errors + count end
  io.write(string.format('\n{"requests": %d, "seconds": %f, "errors": %d, "p50_ms": %f, "p99_ms": %f}\n',
    summary.requests, summary.duration / 1e6, errors, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
