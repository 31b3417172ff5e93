#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tests/support/harness/temp_dir.hpp"
#include "tests/system/faults/broker_env.hpp"
#include "tests/system/faults/poster.hpp"

namespace e2e::faults {
namespace {

constexpr std::int64_t kept = 400;             // records of a log
constexpr const char* disk_size = "size=64m";  // the write-ahead log alone takes 16 MiB

// A disk of its own, in a mount namespace of this process, so that it is gone with it.
class SmallDisk {
 public:
  SmallDisk() {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("none", folder_.path().c_str(), "tmpfs", 0, disk_size) != 0) {
      why_not_ = std::string("no small disk can be mounted: ") + strerror(errno);
    }
  }
  ~SmallDisk() {
    if (why_not_.empty()) umount2(folder_.path().c_str(), MNT_DETACH);
  }
  const std::string& why_not() const { return why_not_; }
  std::string file(const std::string& name) const { return folder_.file(name); }
  const std::filesystem::path& path() const { return folder_.path(); }

  void fill() {
    const int fd = open(file("ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    for (std::size_t size = 1 << 16; size > 0;) {
      static const std::string zeros(1 << 16, '\0');
      if (write(fd, zeros.data(), size) != static_cast<ssize_t>(size)) size /= 2;
    }
    close(fd);
  }
  void free() { std::filesystem::remove(file("ballast")); }

 private:
  TempDir folder_;
  std::string why_not_;
};

class EmbeddedBrokerEnv : public NoSuchFaults {
 public:
  void new_log(const LogUse&) override {
    free_disk();
    forget_data(1);
  }
  std::string connector() const override {
    return "{ embedded: { path: \"" + disk_.file("log.db") +
           "\", retention: { records: " + std::to_string(kept) + " } } }";
  }
  std::string topic_keys() const override { return "stream: faults"; }
  std::string revocation_keys() const override { return "stream: revoked"; }
  std::string template_keys() const override { return "stream: 'room:{s}', publish: anyone"; }
  void attach(const Address& sidecar) override { poster_.attach(sidecar); }
  std::int64_t retention() const override { return kept; }

  std::vector<std::optional<Offset>> append(const std::vector<Record>& records,
                                            std::size_t padding) override {
    return poster_.append(records, padding);
  }

  void restore() override { free_disk(); }
  std::string no_full_disk() const override { return disk_.why_not(); }
  void fill_disk() override { disk_.fill(); }
  void free_disk() override { disk_.free(); }
  void forget_data(int) override {
    for (const auto& entry : std::filesystem::directory_iterator(disk_.path())) {
      std::filesystem::remove_all(entry.path());
    }
  }

 private:
  SmallDisk disk_;
  Poster poster_;
};

}  // namespace

std::unique_ptr<BrokerEnv> make_embedded_broker_env() {
  return std::make_unique<EmbeddedBrokerEnv>();
}

}  // namespace e2e::faults
