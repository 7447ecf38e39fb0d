// SPDX-License-Identifier: MIT
#pragma once

// A memory exporter that also keeps whose spans and logs they are, for sessions whose record Python reads afterwards.

#include <string>

#include <sonde/testing/memory_exporter.hpp>

#include "recorded_json.hpp"

namespace interop {

/// Writes `<directory>/resource.json` when the session starts.
class recorder : public sonde::testing::memory_exporter {
 public:
  explicit recorder(const std::string& directory) : directory_{directory} {}

  [[nodiscard]] std::string open(sonde::pipeline::setup& at_start) {
    write_resource(directory_, at_start.resource);
    return memory_exporter::open(at_start);
  }

 private:
  std::string directory_;
};

}  // namespace interop
