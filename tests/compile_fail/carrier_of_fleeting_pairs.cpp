// expect: sonde: the elements of this carrier are copies, gone before they are read: let it give references or views
// SPDX-License-Identifier: MIT
#include <sonde/propagation/extract.hpp>

#include <string>
#include <utility>
#include <vector>

bool control(const std::vector<std::pair<std::string, std::string>>& headers) {
  return sonde::propagation::extract(headers).parent.valid();
}

#ifdef SONDE_COMPILE_FAIL
struct made_while_iterating {
  struct iterator {
    std::pair<std::string, std::string> operator*() const { return {}; }
    iterator& operator++() { return *this; }
    bool operator!=(iterator) const { return false; }
  };
  iterator begin() const { return {}; }
  iterator end() const { return {}; }
};
bool carrier_of_fleeting_pairs() { return sonde::propagation::extract(made_while_iterating{}).parent.valid(); }
#endif
