#include "tests/system/faults/broker_faults.hpp"

namespace e2e::faults {

void inject(BrokerEnv& broker, const Step& step) {
  switch (step.fault) {
    case Fault::kill_broker:
      broker.aim(step.node, step.lane);
      return broker.kill();
    case Fault::start_broker:
      return step.slow ? broker.start_slowly() : broker.start();
    case Fault::freeze_broker:
      broker.aim(step.node, step.lane);
      return broker.freeze();
    case Fault::thaw_broker:
      return broker.thaw();
    case Fault::move_leader:
      return broker.move_leader(step.lane);
    case Fault::silence_link:
      return broker.link().silence(step.ways, step.percent, step.salt);
    case Fault::mend_link:
      return broker.link().go_on();
    case Fault::reset_link:
      return broker.link().reset();
    case Fault::fill_disk:
      return broker.fill_disk();
    case Fault::free_disk:
      return broker.free_disk();
    default:
      return;
  }
}

}  // namespace e2e::faults
