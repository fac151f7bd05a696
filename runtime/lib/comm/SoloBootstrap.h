//===- SoloBootstrap.h - A job of one process ---------------------------------------===//
#ifndef SHARDRT_LIB_COMM_SOLOBOOTSTRAP_H
#define SHARDRT_LIB_COMM_SOLOBOOTSTRAP_H

#include "comm/Bootstrap.h"

#include <cstring>

namespace shardrt {

/// The bootstrap of a process that is alone.
class SoloBootstrap final : public Bootstrap {
public:
  int64_t rank() const override { return 0; }
  int64_t size() const override { return 1; }
  void broadcast(void *, size_t) override {}
  void allGather(const void *mine, size_t bytes, void *all) override { memcpy(all, mine, bytes); }
};

} // namespace shardrt
#endif
