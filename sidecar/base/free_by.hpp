#pragma once
// A deleter for std::unique_ptr that frees an object of a C library by one of its functions:
// std::unique_ptr<SSL, FreeBy<SSL_free>>.
//
// Thread: any.

namespace sidestream {

template <auto function>
struct FreeBy {
  template <class T>
  void operator()(T* object) const noexcept {
    function(object);
  }
};

}  // namespace sidestream
