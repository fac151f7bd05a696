//===- Local.h - Ranks that are threads of one process ------------------------===//
#ifndef SHARDRT_LIB_COMM_LOCAL_H
#define SHARDRT_LIB_COMM_LOCAL_H

#include "program/Communicator.h"

#include <map>

namespace shardrt {

class LocalGroup;

/// The groups of a job whose ranks share this process's memory.
class LocalWorld final : public World {
public:
  /// `ranks` threads will take part.
  explicit LocalWorld(int64_t ranks);
  ~LocalWorld() override;

  std::unique_ptr<Communicator> join(int64_t rank, const std::vector<int64_t> &members) override;
  void abort() override;

private:
  int spins;
  std::map<std::vector<int64_t>, std::unique_ptr<LocalGroup>> groups;
};

} // namespace shardrt
#endif
