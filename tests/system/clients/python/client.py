"""PyPI launchdarkly-eventsource. Prints `NAME<tab>ID<tab>DATA` for each event."""

import sys

from ld_eventsource import SSEClient
from ld_eventsource.actions import Event, Fault
from ld_eventsource.config import ConnectStrategy, ErrorStrategy

client = SSEClient(ConnectStrategy.http(sys.argv[1]), initial_retry_delay=0.3,
                   error_strategy=ErrorStrategy.always_continue())
for action in client.all:
    if isinstance(action, Event):
        print("%s\t%s\t%s" % (action.event, action.last_event_id or "", action.data), flush=True)
    elif isinstance(action, Fault):  # it reconnects by itself
        print(action.error, file=sys.stderr, flush=True)
