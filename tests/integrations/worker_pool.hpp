// SPDX-License-Identifier: MIT
#pragma once

// A pool of real threads for tests: whoever is free takes the oldest task.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace sonde::tests {

class worker_pool {
 public:
  explicit worker_pool(unsigned threads = 4) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  /// Runs what has been given to it.
  ~worker_pool() {
    {
      const std::lock_guard lock{mutex_};
      stop_ = true;
    }
    wake_.notify_all();
    for (std::thread& each : threads_) each.join();
  }

  template <class Task>
  void post(Task&& task) {
    {
      const std::lock_guard lock{mutex_};
      tasks_.push_back(std::make_unique<holder<std::decay_t<Task>>>(std::forward<Task>(task)));
    }
    wake_.notify_one();
  }

 private:
  struct any_task {
    virtual ~any_task() = default;
    virtual void run() = 0;
  };
  template <class Task>
  struct holder : any_task {
    explicit holder(Task task) : held{std::move(task)} {}
    void run() override { held(); }
    Task held;
  };

  void work() {
    for (;;) {
      std::unique_ptr<any_task> next;
      {
        std::unique_lock lock{mutex_};
        wake_.wait(lock, [this] { return stop_ || !tasks_.empty(); });
        if (tasks_.empty()) return;
        next = std::move(tasks_.front());
        tasks_.pop_front();
      }
      next->run();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<any_task>> tasks_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sonde::tests
