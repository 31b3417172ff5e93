#pragma once
// What the kernel knows of the other end of a TCP connection. Linux.
//
// Thread: any.

namespace sidestream {

// Caps the send buffer (a slow reader's bytes wait in our log, not in the kernel), sends at once,
// and has an idle peer probed.
void set_stream_options(int socket);

// Sends at once, and has an idle peer probed; buffers as the kernel likes them.
void set_proxy_options(int socket);

// The peer has closed its side, or the connection is broken.
bool peer_has_left(int socket);
// Only that it is broken: what it has sent before may still be read in the other case.
bool peer_has_reset(int socket);

// No sign of life for long although something was sent. A reader that is only slow acknowledges the
// probes of its closed window and is alive.
bool peer_is_dead(int socket);

}  // namespace sidestream
