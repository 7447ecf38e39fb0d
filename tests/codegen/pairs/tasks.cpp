// SPDX-License-Identifier: MIT
// Threads and pools: what is started or submitted is the user's callable.
#include <future>
#include <thread>
#include <utility>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/integrations/executor.hpp>
#include <sonde/integrations/threads.hpp>
#endif

namespace tasks {

int run(int);
struct runner {
  void operator()(int n) const;
};

void thread(int n) {
  INSTRUMENTED(std::thread started = sonde::start_thread(run, n);)
  BY_HAND(std::thread started(run, n);)
  started.join();
}
void joining_thread(int n) {
  INSTRUMENTED(std::jthread started = sonde::start_jthread(runner{}, n);)
  BY_HAND(std::jthread started(runner{}, n);)
  started.detach();
}
std::future<int> future(int n) {
  INSTRUMENTED(return sonde::async(std::launch::deferred, run, n);)
  BY_HAND(return std::async(std::launch::deferred, run, n);)
}
std::future<int> future_by_default(int n) {
  INSTRUMENTED(return sonde::async(run, n);)
  BY_HAND(return std::async(run, n);)
}

struct immediate_pool {
  template <class Task>
  int submit(Task task) {
    return task() + 1;
  }
};
int submitted(int n) {
  immediate_pool pool;
  INSTRUMENTED(return sonde::submit(pool, run, n);)
  BY_HAND(return pool.submit([n] { return run(n); });)
}
int submitted_by_others(int n) {
  immediate_pool pool;
  INSTRUMENTED(const sonde::traced_executor traced{pool};)
  INSTRUMENTED(return traced.submit([n] { return run(n); });)
  BY_HAND(return pool.submit([n] { return run(n); });)
}

}  // namespace tasks
