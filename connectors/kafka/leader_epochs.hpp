#pragma once
// Each new leader of a partition has a higher number than the one before, its epoch; librdkafka
// takes metadata with a lower one than it knows for old news (from 2.1 on). But a topic that was
// deleted and made anew counts from 0 again. A handle that knew a higher epoch then passes over all
// that it is told of the new topic, for ever: it has no leader of it, so it neither reads nor
// writes there (librdkafka #4898, open in 2.14). Where 2.8 is compiled in (cmake/Rdkafka.cmake),
// the epochs that it knows are taken back when a topic comes with another id.
//
// Thread: any.

namespace sidestream::kafka {

// Whether the librdkafka of this process has the defect, and nothing stands against it.
bool leader_epochs_are_at_risk();

}  // namespace sidestream::kafka
