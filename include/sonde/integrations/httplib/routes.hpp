// SPDX-License-Identifier: MIT
#pragma once

// Registration of routes on cpp-httplib's server, through `around(route, handler)` of the class it is a base of: the
// library does not say, in the versions that Debian has, which route a request matched.

#include <string>
#include <type_traits>
#include <utility>

#include <httplib.h>

namespace sonde {

inline namespace SONDE_ABI {

namespace httplib {

/// Each verb takes `(pattern, handler)`, as the library's does, or `(pattern, route, handler)`: then the route, such as
/// `/users/:id`, is recorded instead of the pattern.
template <class Derived, class Server>
class routes : public Server {
 public:
  using Server::Server;

  template <class Handle>
  Derived& Get(const std::string& pattern, Handle handle) {
    return Get(pattern, pattern, std::move(handle));
  }
  template <class Handle>
  Derived& Get(const std::string& pattern, const std::string& route, Handle handle) {
    Server::Get(pattern, made<Handle>(route, std::move(handle)));
    return self();
  }
  template <class Handle>
  Derived& Post(const std::string& pattern, Handle handle) {
    return Post(pattern, pattern, std::move(handle));
  }
  template <class Handle>
  Derived& Post(const std::string& pattern, const std::string& route, Handle handle) {
    Server::Post(pattern, made<Handle>(route, std::move(handle)));
    return self();
  }
  template <class Handle>
  Derived& Put(const std::string& pattern, Handle handle) {
    return Put(pattern, pattern, std::move(handle));
  }
  template <class Handle>
  Derived& Put(const std::string& pattern, const std::string& route, Handle handle) {
    Server::Put(pattern, made<Handle>(route, std::move(handle)));
    return self();
  }
  template <class Handle>
  Derived& Patch(const std::string& pattern, Handle handle) {
    return Patch(pattern, pattern, std::move(handle));
  }
  template <class Handle>
  Derived& Patch(const std::string& pattern, const std::string& route, Handle handle) {
    Server::Patch(pattern, made<Handle>(route, std::move(handle)));
    return self();
  }
  template <class Handle>
  Derived& Delete(const std::string& pattern, Handle handle) {
    return Delete(pattern, pattern, std::move(handle));
  }
  template <class Handle>
  Derived& Delete(const std::string& pattern, const std::string& route, Handle handle) {
    Server::Delete(pattern, made<Handle>(route, std::move(handle)));
    return self();
  }
  template <class Handle>
  Derived& Options(const std::string& pattern, Handle handle) {
    return Options(pattern, pattern, std::move(handle));
  }
  template <class Handle>
  Derived& Options(const std::string& pattern, const std::string& route, Handle handle) {
    Server::Options(pattern, made<Handle>(route, std::move(handle)));
    return self();
  }

 private:
  Derived& self() noexcept { return static_cast<Derived&>(*this); }

  /// The library tells by the exact type of function whether a handler reads the body itself.
  template <class Handle>
  [[nodiscard]] auto made(const std::string& route, Handle handle) {
    using plain = typename Server::Handler;
    using reading = typename Server::HandlerWithContentReader;
    constexpr bool needs_no_reader = std::is_invocable_v<Handle&, const ::httplib::Request&, ::httplib::Response&>;
    using wanted = std::conditional_t<needs_no_reader, plain, reading>;
    return wanted{self().around(route, wanted{std::move(handle)})};
  }
};

}  // namespace httplib
}  // namespace SONDE_ABI
}  // namespace sonde
