// expect: a pool needs a member submit, enqueue, post or execute
// SPDX-License-Identifier: MIT
#include <sonde/integrations/executor.hpp>

struct pool {
  void post(void (*)()) {}
  template <class Task>
  void execute(Task task) {
    task();
  }
};
struct shelf {};

void control(pool& runs) { sonde::submit(runs, [] {}); }

#ifdef SONDE_COMPILE_FAIL
void pool_that_takes_nothing(shelf& takes_nothing) { sonde::submit(takes_nothing, [] {}); }
#endif
