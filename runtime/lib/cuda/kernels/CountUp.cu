//===- CountUp.cu - A counter that the host reads ------------------------------------===//

#include "Primitives.h"

using namespace shardrt::gpu;

/// One thread adds one to a number in the host's memory; launches come one after the other.
KERNEL(1, 1) count_up(volatile unsigned *counter) {
  *counter = *counter + 1;
}
