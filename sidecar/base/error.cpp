#include "sidecar/base/error.hpp"

#include <string>

namespace sidestream {
namespace {

// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): never deleted through a base
class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "sidestream"; }
  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::unavailable:
        return "cannot reach the broker";
      case Errc::unconfirmed:
        return "the broker did not confirm in time; the record may be written";
      case Errc::no_such_log:
        return "no such topic or stream at the broker";
      case Errc::gone:
        return "the broker no longer has these records";
      case Errc::refused:
        return "the broker refused the record";
      case Errc::conflict:
        return "another record was appended under the same name";
      case Errc::stopped:
        return "shutting down";
    }
    return "unknown error";
  }
};

}  // namespace

const boost::system::error_category& sidestream_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace sidestream
