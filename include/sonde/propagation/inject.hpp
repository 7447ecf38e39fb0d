// SPDX-License-Identifier: MIT
#pragma once

// From a span context to the headers of a request.

#include <string_view>

#include <sonde/context/propagated_fields.hpp>
#include <sonde/context/span_context.hpp>
#include <sonde/propagation/carrier.hpp>
#include <sonde/propagation/propagator_list.hpp>
#include <sonde/propagation/write_headers.hpp>

namespace sonde::propagation {

/// Writes the headers that `list` names. Nothing of an invalid context; baggage in any case. `fields` may be null. False where
/// the carrier threw, out of memory: the headers it did not take are missing, and the request goes on without them.
template <writable_carrier Carrier>
bool inject(Carrier& carrier, propagator_list list, const span_context& context, const propagated_fields* fields) noexcept {
  class sink final : public header_sink {
   public:
    explicit sink(Carrier& to) noexcept : carrier_{to} {}
    void set(std::string_view name, std::string_view value) noexcept override {
      try {
        set_header(carrier_, name, value);
      } catch (...) {
        whole = false;
      }
    }
    void erase(std::string_view name) noexcept override {
      try {
        erase_header(carrier_, name);
      } catch (...) {
        whole = false;
      }
    }
    bool whole = true;

   private:
    Carrier& carrier_;
  };
  sink to{carrier};
  write_headers(to, list, context, fields);
  return to.whole;
}

}  // namespace sonde::propagation
