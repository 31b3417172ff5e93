#include "tests/system/faults/poster.hpp"

#include <boost/json.hpp>
#include <stdexcept>

#include "tests/support/harness/http.hpp"

namespace e2e::faults {
namespace {

std::optional<Offset> published(const Response& response) {
  if (response.status == 201) {
    const auto id = boost::json::parse(response.body).at("id").as_string();
    return Offset::parse(std::string_view(id.data(), id.size()));
  }
  // Refused, or a full disk: not faster than that can end.
  std::this_thread::sleep_for(5ms);
  return std::nullopt;
}

HttpConnection connect_to(const Address& sidecar) {
  for (const Deadline deadline(60s * patience);;) {
    try {
      return HttpConnection(sidecar);
    } catch (const WireError&) {
      if (deadline.passed()) throw std::runtime_error("the sidecar does not come back");
      std::this_thread::sleep_for(5ms);
    }
  }
}

}  // namespace

std::vector<std::optional<Offset>> Poster::append(const std::vector<Record>& records,
                                                  std::size_t padding) const {
  std::string requests;
  for (const auto& record : records) {
    requests += Request{.target = "/events/t?key=" + name_of_person(record),
                        .method = "POST",
                        .body = to_text(record, padding)}
                    .text();
  }
  std::vector<std::optional<Offset>> offsets(records.size());
  auto connection = connect_to(sidecar_);
  try {
    connection.send(requests);
    for (auto& offset : offsets) offset = published(connection.receive());
  } catch (const WireError&) {
    // Killed in the middle: the rest was written once or never.
  }
  return offsets;
}

}  // namespace e2e::faults
