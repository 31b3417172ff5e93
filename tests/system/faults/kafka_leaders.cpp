// Two requests of Kafka's own protocol: AlterPartitionReassignments, which with the replicas that a
// partition has only changes their order, and ElectLeaders, which then puts the first one in
// charge.

#include "tests/support/harness/socket.hpp"
#include "tests/system/faults/kafka_cluster.hpp"

namespace e2e::faults {
namespace {

constexpr int timeout_ms = 3000;

class Bytes {
 public:
  template <class Integer>
  Bytes& big_endian(Integer value) {
    for (std::size_t byte = sizeof value; byte-- > 0;) {
      text_ += static_cast<char>(value >> (8 * byte) & 0xff);
    }
    return *this;
  }
  Bytes& int8(std::int8_t value) { return big_endian(value); }
  Bytes& int16(std::int16_t value) { return big_endian(value); }
  Bytes& int32(std::int32_t value) { return big_endian(value); }
  Bytes& string(const std::string& value) {
    int16(static_cast<std::int16_t>(value.size()));
    text_ += value;
    return *this;
  }
  // Of the newer kind of message: a length is told as one more, in one byte where it is small.
  Bytes& compact_length(std::size_t length) { return int8(static_cast<std::int8_t>(length + 1)); }
  Bytes& compact_string(const std::string& value) {
    compact_length(value.size());
    text_ += value;
    return *this;
  }
  Bytes& no_tags() { return int8(0); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

Bytes header(std::int16_t key, std::int16_t version) {
  Bytes bytes;
  bytes.int16(key).int16(version).int32(1).string("fault_test");
  return bytes;
}

// Its answer is waited for, but not read: whether it was of use, the metadata tell.
void ask(const Address& broker, const Bytes& request) {
  Socket socket(broker);
  Bytes size;
  size.int32(static_cast<std::int32_t>(request.text().size()));
  socket.send(size.text() + request.text());
  std::string answer;
  if (!socket.receive(answer, Milliseconds(2 * timeout_ms))) throw WireError("kafka: no answer");
}

void reorder(const Address& broker, const std::string& topic, int partition,
             const std::vector<int>& replicas) {
  auto request = header(45, 0);
  request.no_tags().int32(timeout_ms);
  request.compact_length(1).compact_string(topic);
  request.compact_length(1).int32(partition).compact_length(replicas.size());
  for (const int replica : replicas) request.int32(replica);
  request.no_tags().no_tags().no_tags();
  ask(broker, request);
}

void elect_the_first(const Address& broker, const std::string& topic, int partition) {
  auto request = header(43, 1);
  request.int8(0);  // the preferred one, which is the first replica
  request.int32(1).string(topic).int32(1).int32(partition);
  request.int32(timeout_ms);
  ask(broker, request);
}

}  // namespace

void prefer_leader(const Address& broker, const std::string& topic, int partition,
                   const std::vector<int>& replicas) {
  reorder(broker, topic, partition, replicas);
  elect_the_first(broker, topic, partition);
}

}  // namespace e2e::faults
