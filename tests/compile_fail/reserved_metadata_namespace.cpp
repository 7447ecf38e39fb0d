// expect: sonde: namespaces of X-Ray metadata that begin with 'AWS.' are reserved
// SPDX-License-Identifier: MIT
#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span) { span.put_metadata<"key", "AWSome">(1); }

#ifdef SONDE_COMPILE_FAIL
void reserved_metadata_namespace(sonde::span<"name">& span) { span.put_metadata<"key", "AWS.ec2">(1); }
#endif
