//===- Range.cpp - Named stretches of a thread's time, for profilers --------------===//
//
// NVTX is headers: the first call opens the library that a profiler names in NVTX_INJECTION64_PATH, and without that
// all calls do nothing.
//
//===------------------------------------------------------------------------===//

#include "program/Range.h"

#if __has_include(<nvtx3/nvToolsExt.h>)
#include <nvtx3/nvToolsExt.h>
#else
static void nvtxRangePushA(const char *) {}
static void nvtxRangePop() {}
#endif

using namespace shardrt;

Range::Range(const char *name) {
  nvtxRangePushA(name);
}

Range::~Range() {
  nvtxRangePop();
}
