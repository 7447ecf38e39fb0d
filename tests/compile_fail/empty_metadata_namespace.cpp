// expect: sonde: the namespace of X-Ray metadata must not be empty
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span) { span.put_metadata<"key">(1); }

#ifdef SONDE_COMPILE_FAIL
void empty_metadata_namespace(sonde::span<"name">& span) { span.put_metadata<"key", "">(1); }
#endif
