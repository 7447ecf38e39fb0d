// SPDX-License-Identifier: MIT
#include <sonde/integrations/throw_trace.hpp>
