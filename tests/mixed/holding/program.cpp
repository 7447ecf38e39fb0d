// SPDX-License-Identifier: MIT
#include "job.hpp"

int main() {
  app::job mine;
#ifdef WITH_SPAN
  app::events_of(mine.span);
#endif
  return app::number_of(mine) == 7 ? 0 : 1;
}
